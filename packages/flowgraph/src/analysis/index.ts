/**
 * Types that fit, orders, and what is wrong with graphs and templates.
 *
 * @module
 */
export { typeCompat, type TypeCompatResult } from "./type_compat.ts";
export { buildTypeEdges, type TypeEdge } from "./type_edges.ts";
export { topologicalOrder } from "./topological_order.ts";
export { validateGraph } from "./validate_graph.ts";
export { validateTemplate, type ValidateTemplateOptions } from "./validate_template.ts";
export type { GraphIssue } from "../graph/errors.ts";
