/**
 * What a call session is made of, and what it offers.
 *
 * @module
 */
import type { Cancellation } from "../cancellation.ts";
import type { Clock } from "../clock.ts";
import type { Dispatcher } from "../dispatch_types.ts";
import type { Identity } from "../identity.ts";
import type { OnProgress } from "../progress.ts";
import type { TraceContext } from "../trace.ts";
import type { OperationView } from "../view.ts";
import type { WireLimits } from "./limits.ts";
import type { RateLimiter } from "./rate_limiter.ts";

/** How one call of this side differs from the others. */
export interface SessionCallOptions {
  /** How long this side waits. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | Cancellation | undefined;
  /**
   * Whether `signal` comes when the time is over: then `timeoutMs` is only told, and this side needs no
   * timer of its own. For calls that pass on a call whose time somebody keeps.
   */
  readonly isTimed?: boolean | undefined;
  /** This side's own credential for the request. */
  readonly authToken?: string | undefined;
  /** Whom this side asks for; only what may be told. */
  readonly forwardedFor?: Identity | undefined;
  /** Codes that the operation declares; others arrive as `EXECUTION_ERROR`. */
  readonly declared?: readonly string[] | undefined;
  /** By which a request that is sent again is known to be the same, where the operation takes one. */
  readonly idempotencyKey?: string | undefined;
  /** Told how far the call has come, where the peer says so. */
  readonly onProgress?: OnProgress | undefined;
  /** Where in a trace this side asks from. */
  readonly trace?: TraceContext | undefined;
}

/** What a session needs of the connection that it speaks over. */
export interface CallSessionOptions {
  /** Gives a frame to the transport; a promise it returns settles once the frame has left. */
  readonly send: (frame: string) => void | Promise<void>;
  /** Closes the connection, with a WebSocket close code. */
  readonly close: (code: number, reason: string) => void;
  /** Runs what the peer asks for. Without one, nothing is found here. */
  readonly dispatcher?: Dispatcher;
  /** Who the peer is, by the connection; `null` for nobody. */
  readonly identity?: Identity | null;
  /** Who a token stands for; `null` for nobody. */
  readonly resolveToken?: (token: string) => Identity | null | Promise<Identity | null>;
  /**
   * What a token that stands for nobody means: `fall-back` (default) goes on as the connection's own
   * identity, `refuse` fails the request. Connections of nodes refuse, or a user's stale token would
   * run with the node's rights.
   */
  readonly badToken?: "fall-back" | "refuse";
  /** What the peer's calls can reach, if not all that the dispatcher reaches. */
  readonly view?: OperationView;
  readonly rateLimiter?: RateLimiter;
  /** Requests of the peer wait for it, such as until it is known what the peer itself offers. */
  readonly admitted?: Promise<void>;
  /**
   * Whether something is said at the end of a turn that brought an answer while others are waited for,
   * if nothing was said anyway. For peers whose sockets keep frames back until they hear something, as
   * those of Deno do: without it their answers to several calls may come 40 ms late. Default: no.
   */
  readonly acknowledges?: boolean;
  readonly limits?: Partial<WireLimits>;
  readonly clock?: Clock;
  /** Ids of this side's requests. Default: random UUIDs. */
  readonly newId?: () => string;
}

/** The protocol over one connection, both ways. */
export interface CallSession {
  /** Takes one frame that arrived. Never throws and never waits. */
  receive(frame: string | Uint8Array): void;
  /**
   * Calls an operation of the peer.
   *
   * @throws {CallError} as the peer answered, or with what went wrong on the way.
   */
  call(operation: string, input: unknown, options?: SessionCallOptions): Promise<unknown>;
  /** Subscribes to an operation of the peer; nothing is sent before the first pull. */
  subscribe(
    operation: string,
    input: unknown,
    options?: SessionCallOptions,
  ): AsyncIterableIterator<unknown>;
  /** Refuses new requests from now on; those that run go on. */
  drain(): void;
  /** Ends everything on this connection, which is gone or about to go. */
  end(): void;
  /** Requests of the peer that run. */
  readonly inboundCount: number;
  /** Requests of this side that wait. */
  readonly outboundCount: number;
}
