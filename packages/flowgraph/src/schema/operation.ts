/**
 * What the operation graph stores.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";

/** What kind of operation it is. */
export const OperationType = Type.Union([
  Type.Literal("query"),
  Type.Literal("mutation"),
  Type.Literal("subscription"),
]);
/** What kind of operation it is. */
export type OperationType = Static<typeof OperationType>;

/** One registered operation, as a node. */
export const OperationNodeAttrs = Type.Object({
  name: Type.String(),
  namespace: Type.String(),
  type: OperationType,
  inputSchema: Type.Unknown(),
  outputSchema: Type.Unknown(),
  version: Type.Optional(Type.String()),
  accessControl: Type.Optional(Type.Unknown()),
});
/** One registered operation, as a node. */
export type OperationNodeAttrs = Static<typeof OperationNodeAttrs>;

/** A statement that one operation's output fits, or does not fit, another's input. */
export const OperationEdgeAttrs = Type.Object({
  edgeType: Type.Literal("typed"),
  compatible: Type.Boolean(),
  detail: Type.Optional(Type.String()),
});
/** A statement that one operation's output fits, or does not fit, another's input. */
export type OperationEdgeAttrs = Static<typeof OperationEdgeAttrs>;
