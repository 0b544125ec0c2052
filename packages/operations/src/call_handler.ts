/**
 * The handler's side of the library's event protocol.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type AbortWatch, AbortWatches } from "./abort_watch.ts";
import type { CallRequestedEvent } from "./call_events.ts";
import { type CallError, mapError } from "./error.ts";
import { notFound } from "./invocation.ts";
import type { PendingRequestMap } from "./pending_request_map.ts";
import type { OperationRegistry } from "./registry.ts";
import { enveloped, openSubscription } from "./subscribe.ts";
import { createTurns } from "./turn.ts";
import { type Identity, type OperationContext, OperationType } from "./types.ts";

const log = getLogger("operations:call");

/** Where requests are looked up, and where their answers go. */
export interface CallHandlerConfig {
  registry: OperationRegistry;
  callMap: PendingRequestMap;
  /**
   * Tells who sent a request. Give one wherever events cross a network: without it, the identity is
   * whatever the sender wrote.
   */
  identify?: (event: CallRequestedEvent) => Identity | undefined | Promise<Identity | undefined>;
}

/** Serves one request, given the payload of its `call.requested`. */
export type CallHandler = (event: CallRequestedEvent) => Promise<void>;

async function contextOf(
  { identify }: CallHandlerConfig,
  event: CallRequestedEvent,
): Promise<OperationContext> {
  const { requestId, parentRequestId, metadata } = event;
  const identity = identify === undefined ? event.identity : await identify(event);
  // `trusted` is never taken over, whatever the event holds. Absent fields are there, undefined.
  return { requestId, parentRequestId, identity, metadata } as OperationContext;
}

async function answer(
  config: CallHandlerConfig,
  event: CallRequestedEvent,
  watch: AbortWatch,
): Promise<void> {
  const { registry, callMap } = config;
  const { requestId, operationId, input } = event;
  const registration = registry.registration(operationId);
  if (registration === undefined || registration.grants.visibility === "internal") {
    throw notFound(operationId);
  }
  const context = await contextOf(config, event);
  if (registration.spec.type !== OperationType.SUBSCRIPTION) {
    const envelope = await registry.execute(operationId, input, context);
    if (!watch.aborted) callMap.respond(requestId, envelope);
    return;
  }
  const iterator = openSubscription(registry, operationId, { input, context });
  watch.guard(iterator);
  const turns = createTurns();
  for await (const envelope of enveloped(iterator, operationId)) {
    await turns();
    if (watch.aborted) return;
    callMap.respond(requestId, envelope);
  }
  if (!watch.aborted) callMap.complete(requestId);
}

async function serve(
  config: CallHandlerConfig,
  event: CallRequestedEvent,
  watch: AbortWatch,
): Promise<void> {
  try {
    await answer(config, event, watch);
  } catch (error) {
    const declared = config.registry.getSpec(event.operationId)?.errorSchemas;
    if (!watch.aborted) emit(config.callMap, event.requestId, mapError(error, declared));
  }
}

/** Tells a failure; without its details where those cannot travel, for a caller waits for the code. */
function emit(callMap: PendingRequestMap, requestId: string, error: CallError): void {
  const { code, message, details } = error;
  try {
    callMap.emitError(requestId, code, message, details);
  } catch (cause) {
    if (details === undefined) throw cause;
    log.warn("details of an error cannot be sent", { code, cause });
    callMap.emitError(requestId, code, message);
  }
}

/**
 * Builds the function that serves requests. It listens to nothing by itself.
 *
 * @example
 * ```ts
 * import { rejects } from "node:assert/strict";
 * import { buildCallHandler, OperationRegistry, PendingRequestMap } from "@alkdev/operations";
 *
 * const callMap = new PendingRequestMap();
 * const handler = buildCallHandler({ registry: new OperationRegistry(), callMap });
 * callMap["call.requested"].subscribe(handler);
 * await rejects(callMap.call("no.such", {}), { code: "OPERATION_NOT_FOUND" });
 * callMap.close();
 * ```
 */
export function buildCallHandler(config: CallHandlerConfig): CallHandler {
  const watches = new AbortWatches(config.callMap);
  return async (event) => {
    const watch = watches.open(event.requestId);
    try {
      await Promise.race([serve(config, event, watch), watch.happened]);
    } finally {
      watch.close();
    }
  };
}
