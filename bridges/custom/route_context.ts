/**
 * How a route reaches operations.
 *
 * @module
 */
import {
  type GatewayDispatch,
  type GatewayRequest,
  traceBeside,
  type TraceContext,
} from "../gateway/mod.ts";
import type { Caller } from "../ports.ts";
import type { RouteCallOptions, RouteContext } from "./custom_route.ts";

/** What is known of a request to a route. */
export interface RouteRequest {
  readonly caller: Caller | null;
  readonly source: string;
  readonly requestId: string;
  readonly trace: TraceContext;
  readonly signal: AbortSignal;
}

/** Creates what a route is given beside its request. */
export function createRouteContext(
  dispatch: GatewayDispatch,
  { caller, source, requestId, trace, signal }: RouteRequest,
): RouteContext {
  let isFirst = true;

  function asked(
    operation: string,
    input: unknown,
    { timeoutMs, idempotencyKey }: RouteCallOptions = {},
  ): GatewayRequest {
    // A route may ask for several things. What its answer names is the first of them.
    const place = isFirst
      ? { requestId, trace }
      : { requestId: crypto.randomUUID(), trace: traceBeside(trace) };
    isFirst = false;
    return { ...place, caller, source, operation, input, signal, timeoutMs, idempotencyKey };
  }

  return {
    ...{ identity: caller?.identity ?? null, requestId, signal },
    invoke: (...call) => dispatch.invoke(asked(...call)),
    stream: (...call) => dispatch.stream(asked(...call)),
  };
}
