/**
 * What the call graph stores.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";

/** Where a call stands. */
export const CallStatus = Type.Union([
  Type.Literal("pending"),
  Type.Literal("running"),
  Type.Literal("completed"),
  Type.Literal("failed"),
  Type.Literal("aborted"),
]);
/** Where a call stands. */
export type CallStatus = Static<typeof CallStatus>;

/** Every kind of edge that a graph of this package can hold. */
export const EdgeType = Type.Union([
  Type.Literal("triggered"),
  Type.Literal("depends_on"),
  Type.Literal("typed"),
]);
/** Every kind of edge that a graph of this package can hold. */
export type EdgeType = Static<typeof EdgeType>;

/** Why a call or a node failed. */
export const CallErrorInfo = Type.Object({
  code: Type.String(),
  message: Type.String(),
  details: Type.Optional(Type.Unknown()),
});
/** Why a call or a node failed. */
export type CallErrorInfo = Static<typeof CallErrorInfo>;

/** Who calls. */
export const Identity = Type.Object({
  id: Type.String(),
  scopes: Type.Array(Type.String()),
  resources: Type.Optional(Type.Record(Type.String(), Type.Array(Type.String()))),
});
/** Who calls. */
export type Identity = Static<typeof Identity>;

/** One invocation, as a node. */
export const CallNodeAttrs = Type.Object({
  requestId: Type.String(),
  operationId: Type.String(),
  status: CallStatus,
  parentRequestId: Type.Optional(Type.String()),
  input: Type.Optional(Type.Unknown()),
  output: Type.Optional(Type.Unknown()),
  error: Type.Optional(CallErrorInfo),
  identity: Type.Optional(Identity),
  startedAt: Type.Optional(Type.String()),
  completedAt: Type.Optional(Type.String()),
  requestedAt: Type.Optional(Type.String()),
  nodeId: Type.Optional(Type.String()),
  attempt: Type.Optional(Type.Number()),
  placeholder: Type.Optional(Type.Literal(true)),
});
/** One invocation, as a node. */
export type CallNodeAttrs = Static<typeof CallNodeAttrs>;

/** How two calls relate. */
export const CallEdgeAttrs = Type.Object({
  edgeType: Type.Union([Type.Literal("triggered"), Type.Literal("depends_on")]),
});
/** How two calls relate. */
export type CallEdgeAttrs = Static<typeof CallEdgeAttrs>;
