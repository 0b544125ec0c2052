/**
 * An order in which everything comes after what it depends on.
 *
 * @module
 */
import { kahnOrder, type RawGraph } from "../graph/traversal.ts";

/**
 * Kahn's order of a `FlowGraph` or of the graphology graph underneath: first in, first out, insertion
 * order for ties.
 *
 * @throws {CycleError} if the graph is cyclic.
 */
export function topologicalOrder(graph: RawGraph | { readonly raw: RawGraph }): string[] {
  return kahnOrder("raw" in graph ? graph.raw : graph);
}
