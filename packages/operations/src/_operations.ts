/**
 * Operations for tests, with everything filled in that a test does not speak of.
 *
 * @module
 */
import { Type } from "@sinclair/typebox";
import {
  type OperationHandler,
  type OperationSpec,
  OperationType,
  type SubscriptionHandler,
} from "./types.ts";

/** A specification; `id` is `<namespace>.<name>`, split at the first dot. */
export function spec(id: string, fields: Partial<OperationSpec> = {}): OperationSpec {
  const dot = id.indexOf(".");
  return {
    namespace: id.slice(0, dot),
    name: id.slice(dot + 1),
    version: "1.0.0",
    type: OperationType.QUERY,
    description: `Operation ${id}`,
    inputSchema: Type.Unknown(),
    outputSchema: Type.Unknown(),
    accessControl: { requiredScopes: [] },
    ...fields,
  };
}

/** A query or mutation with its handler. */
export function operation(
  id: string,
  handler: OperationHandler,
  fields: Partial<OperationSpec> = {},
): OperationSpec & { handler: OperationHandler } {
  return { ...spec(id, fields), handler };
}

/** A subscription with its handler. */
export function subscription(
  id: string,
  handler: SubscriptionHandler,
  fields: Partial<OperationSpec> = {},
): OperationSpec & { handler: SubscriptionHandler } {
  return { ...spec(id, { type: OperationType.SUBSCRIPTION, ...fields }), handler };
}
