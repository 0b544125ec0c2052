/**
 * Templates compiled, and handed to reconcilers.
 *
 * @module
 */
export {
  type GraphologyContainer,
  GraphologyHostConfig,
  type HostInstance,
} from "./graphology_host_config.ts";
export { type ReactiveContainer, ReactiveHostConfig } from "./reactive_host_config.ts";
export { compileTemplate } from "../template/compile_template.ts";
export type {
  CompiledTemplate,
  NodeKind,
  TemplateEdgeAttrs,
  TemplateNodeAttrs,
} from "../template/model.ts";
