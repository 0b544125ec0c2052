/**
 * Routes of a deployment's own: plain HTTP beside the gateway, in no list and no document of the hub's.
 *
 * @module
 */
import type { CallValues, Identity } from "@alkdev/operations";
import type { Result } from "../gateway/mod.ts";

/** How one call of a route differs from the others. */
export interface RouteCallOptions {
  readonly timeoutMs?: number;
  readonly idempotencyKey?: string;
}

/** All that a route is given beside its request: it reaches operations with its caller's rights alone. */
export interface RouteContext {
  /** Who calls; `null` for nobody. */
  readonly identity: Identity | null;
  /** Of the answer, and of the first call. */
  readonly requestId: string;
  /** Aborted when the client goes away, and when the node cannot wait any longer. */
  readonly signal: AbortSignal;
  /** Runs a query or a mutation. Nothing here throws. */
  invoke(operation: string, input: unknown, options?: RouteCallOptions): Promise<Result<unknown>>;
  /** Starts a subscription; refusals show here. */
  stream(
    operation: string,
    input: unknown,
    options?: RouteCallOptions,
  ): Promise<Result<CallValues>>;
}

/** One path of a deployment's own. */
export interface CustomRoute {
  /** The whole path, such as `/v1/chat/completions`. */
  readonly path: string;
  /**
   * `bearer`: who shows a token is known, and refused where it stands for nobody. `none`: nobody is
   * looked at, and calls have nobody's rights. Default: `bearer`.
   */
  readonly auth?: "bearer" | "none";
  /**
   * Answers a request. Reading a body fails that is larger or slower than the hub takes; a route that
   * lets this out is answered for, as by the gateway.
   */
  handle(request: Request, context: RouteContext): Response | Promise<Response>;
}
