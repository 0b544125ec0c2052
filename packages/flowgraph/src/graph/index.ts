/**
 * Directed acyclic graphs of operations, of calls and of workflow nodes, and their drawings.
 *
 * @module
 */
export { type AnyCallEvent, FlowGraph, type OperationGraphEdge } from "./flow_graph.ts";
export type { CallGraphOptions, CallPatch } from "./call_ledger.ts";
export type { AbortPolicy } from "./call_queries.ts";
export { isTerminalStatus, isValidTransition } from "./call_status.ts";
export {
  CycleError,
  DuplicateEdgeError,
  DuplicateNodeError,
  FlowGraphError,
  type GraphIssue,
  InvalidTransitionError,
  NodeNotFoundError,
  TemplateError,
} from "./errors.ts";
export type { OperationGraphOptions } from "./operation_edges.ts";
export type { OperationSpec } from "../operation_spec.ts";
export type { SerializedFlowGraph } from "./serialized.ts";
export type { RenderOptions } from "./drawing.ts";
export { type MermaidOptions, toMermaid } from "./mermaid.ts";
export { type DotOptions, toDot } from "./dot.ts";
export type {
  CallEdgeAttrs,
  CallErrorInfo,
  CallNodeAttrs,
  CallStatus,
  Identity,
} from "../schema/call.ts";
export type { OperationEdgeAttrs, OperationNodeAttrs } from "../schema/operation.ts";
