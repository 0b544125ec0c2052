/**
 * Schemas of the graphs' nodes and edges, and of the call events: each a TypeBox value and a type
 * of the same name.
 *
 * @module
 */
export { OperationEdgeAttrs, OperationNodeAttrs, OperationType } from "./operation.ts";
export {
  CallEdgeAttrs,
  CallErrorInfo,
  CallNodeAttrs,
  CallStatus,
  EdgeType,
  Identity,
} from "./call.ts";
export {
  CallEventMapValue,
  type FlatCallEvent,
  parseCallEvent,
  type ParsedCallEvent,
} from "./event.ts";
