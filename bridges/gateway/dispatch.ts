/**
 * The one way from a gateway to an operation: bounds of its caller, root call, dispatch, result.
 *
 * Every gateway that answers requests one by one goes through it, so that the same request has the
 * same rights, bounds and errors on all of them. What it hands to the dispatcher has no internal
 * rights and no claim on somebody else's behalf.
 *
 * @module
 */
import {
  CallError,
  type CallValues,
  type Cancellation,
  createRateLimiter,
  type Dispatcher,
  type OnProgress,
  type RateLimiter,
  type RootCall,
  type TraceContext,
} from "@alkdev/operations";
import type { Caller, OperationsCatalog } from "../ports.ts";
import { type Failure, failureOf } from "./failure.ts";
import {
  createPlaces,
  LIVE_LIMITS,
  type LiveLimits,
  type LiveLimitsByRole,
  type Origin,
} from "./in_flight.ts";

/** What dispatch needs of the world. */
export interface GatewayDispatchOptions {
  readonly dispatcher: Dispatcher;
  readonly catalog: OperationsCatalog;
  /** How many requests each identity may make. */
  readonly rateLimiter: RateLimiter;
  /** The same for those without identity; it is asked with their address. Default: 5 a second. */
  readonly anonymousLimiter?: RateLimiter;
  readonly liveLimits?: LiveLimitsByRole;
  /** Whether the node is being shut down. */
  readonly isDraining?: () => boolean;
}

/** Who asks, and under which id. */
export interface GatewayCaller extends Origin {
  readonly requestId: string;
  /** The request's own place in a trace. */
  readonly trace?: TraceContext | undefined;
}

/** What somebody asks for. */
export interface GatewayRequest extends GatewayCaller {
  readonly operation: string;
  readonly input: unknown;
  readonly signal?: AbortSignal | Cancellation | undefined;
  readonly timeoutMs?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Told how far it has come, where the operation says so. */
  readonly onProgress?: OnProgress | undefined;
}

/** How a request ended. */
export type Result<T> =
  | { readonly requestId: string; readonly ok: true; readonly output: T }
  | ({ readonly requestId: string; readonly ok: false } & Failure);

/** Runs what gateways are asked for. Nothing here throws. */
export interface GatewayDispatch {
  /** Runs a query or a mutation. */
  invoke(request: GatewayRequest): Promise<Result<unknown>>;
  /** Starts a subscription; refusals show here. */
  stream(request: GatewayRequest): Promise<Result<CallValues>>;
  /** Does something else on somebody's behalf, within the same bounds. */
  perform<T>(caller: GatewayCaller, act: () => T | Promise<T>): Promise<Result<T>>;
  /** The same for what goes on until its client has enough of it. */
  performStream<T>(caller: GatewayCaller, act: () => Promise<T>): Promise<Result<T>>;
  /** How a failure of a stream that has begun is told. */
  tell(thrown: unknown, request: { caller: Caller | null; operation?: string }): Failure;
}

const ANONYMOUS = { perSecond: 5, burst: 10 };

/** Creates what runs requests. */
export function createGatewayDispatch(options: GatewayDispatchOptions): GatewayDispatch {
  const { dispatcher, catalog, rateLimiter, isDraining = () => false } = options;
  const { anonymousLimiter = createRateLimiter(ANONYMOUS), liveLimits = LIVE_LIMITS } = options;
  const takePlace = createPlaces(liveLimits);

  /** Counts a request; the result gives its place back. */
  function admit(origin: Origin, kind: keyof LiveLimits): () => void {
    const { caller, source } = origin;
    const retryAfter = caller === null
      ? anonymousLimiter({ id: source, scopes: [] })
      : rateLimiter(caller.identity);
    if (retryAfter !== undefined) {
      throw new CallError("RATE_LIMITED", "too many requests", { retry_after: retryAfter });
    }
    return takePlace(origin, kind);
  }

  /** The root call; its place is free again once its handler has ended, not once it was answered. */
  function rootOf(request: GatewayRequest, kind: keyof LiveLimits): RootCall {
    const { caller, requestId, operation, input, signal, timeoutMs, trace } = request;
    const { idempotencyKey, onProgress } = request;
    const identity = caller?.identity ?? null, onHandlerEnd = admit(request, kind);
    // Written out: to spread objects takes longer than all that is judged here.
    return {
      operation,
      input,
      identity,
      requestId,
      timeoutMs,
      trace,
      signal,
      idempotencyKey,
      onProgress,
      onHandlerEnd,
    };
  }

  function failed(
    thrown: unknown,
    { caller, operation }: { caller: Caller | null; operation?: string },
  ): Failure {
    return failureOf(thrown, {
      isAuthenticated: caller !== null,
      isDraining: isDraining(),
      declared: operation === undefined ? undefined : catalog.find(operation)?.errorSchemas,
    });
  }

  async function run<T>(
    request: GatewayCaller & { readonly operation?: string },
    act: () => T | Promise<T>,
  ): Promise<Result<T>> {
    const { requestId } = request;
    try {
      return { requestId, ok: true, output: await act() };
    } catch (thrown) {
      return { requestId, ok: false, ...failed(thrown, request) };
    }
  }

  function inPlace<T>(
    caller: GatewayCaller,
    { kind, act }: { readonly kind: keyof LiveLimits; readonly act: () => T | Promise<T> },
  ): Promise<Result<T>> {
    return run(caller, async () => {
      const leave = admit(caller, kind);
      try {
        return await act();
      } finally {
        leave();
      }
    });
  }

  return {
    invoke: (request) => run(request, () => dispatcher.call(rootOf(request, "calls"))),
    stream: (request) => run(request, () => dispatcher.subscribe(rootOf(request, "streams"))),
    perform: (caller, act) => inPlace(caller, { kind: "calls", act }),
    performStream: (caller, act) => inPlace(caller, { kind: "streams", act }),
    tell: failed,
  };
}
