/**
 * Subscriptions in this process.
 *
 * @module
 */
import { enforceAccess } from "./access.ts";
import { admit, notFound, openStream } from "./invocation.ts";
import type { OperationRegistry } from "./registry.ts";
import { isResponseEnvelope, localEnvelope, type ResponseEnvelope } from "./response-envelope.ts";
import type { OperationContext } from "./types.ts";

/** A subscription's stream as its handler gives it, once all gates are passed. */
export function openSubscription(
  registry: OperationRegistry,
  operationId: string,
  call: { readonly input: unknown; readonly context: OperationContext },
): AsyncIterator<unknown> {
  const spec = registry.getSpec(operationId);
  if (spec === undefined) throw notFound(operationId);
  const { input, context } = call;
  const target = { id: operationId, spec, handler: registry.getHandler(operationId) };
  const handler = admit(target, input, {
    authorize: ({ id }) => enforceAccess(spec.accessControl, context.identity, id, context.trusted),
    checkType: () => {}, // a handler that streams is enough here
  });
  return openStream({ id: operationId, handler }, input, context);
}

/** Each value of `iterator` in an envelope; the iterator is closed however this ends. */
export async function* enveloped(
  iterator: AsyncIterator<unknown>,
  operationId: string,
): AsyncGenerator<ResponseEnvelope, void, unknown> {
  try {
    for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
      const { value } = step;
      yield isResponseEnvelope(value) ? value : localEnvelope(value, operationId);
    }
  } finally {
    await iterator.return?.(undefined);
  }
}

/**
 * Runs a subscription in this process. Nothing happens before the first `next()`.
 *
 * @throws {CallError} from the first `next()` if it cannot be run; a handler's error passes unchanged.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { Type } from "@sinclair/typebox";
 * import { OperationRegistry, OperationType, subscribe, unwrap } from "@alkdev/operations";
 *
 * const registry = new OperationRegistry();
 * registry.register({
 *   namespace: "clock", name: "ticks", version: "1.0.0", type: OperationType.SUBSCRIPTION,
 *   description: "Two ticks", accessControl: { requiredScopes: [] },
 *   inputSchema: Type.Object({}), outputSchema: Type.Number(),
 *   handler: async function* () {
 *     yield 1;
 *     yield 2;
 *   },
 * });
 * const ticks: unknown[] = [];
 * for await (const tick of subscribe(registry, "clock.ticks", {}, {})) ticks.push(unwrap(tick));
 * deepStrictEqual(ticks, [1, 2]);
 * ```
 */
export async function* subscribe(
  registry: OperationRegistry,
  operationId: string,
  input: unknown,
  context: OperationContext,
): AsyncGenerator<ResponseEnvelope, void, unknown> {
  yield* enveloped(openSubscription(registry, operationId, { input, context }), operationId);
}
