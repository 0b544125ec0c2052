/**
 * What a dispatcher is made of, what it is asked, and what it tells.
 *
 * @module
 */
import type { Ownership } from "./authorize.ts";
import type { Cancellation } from "./cancellation.ts";
import type { Clock } from "./clock.ts";
import type { CallError } from "./error.ts";
import type { Identity } from "./identity.ts";
import type { OnProgress } from "./progress.ts";
import type { TraceContext } from "./trace.ts";
import type { OperationSpec, OperationType } from "./types.ts";
import type { OperationView } from "./view.ts";

/** Bounds of dispatch. */
export interface DispatchLimits {
  /** For queries and mutations that ask for no time of their own. Default 30 s. */
  readonly callTimeoutMs: number;
  /** The most that a caller can ask for. Default 10 min. */
  readonly maxTimeoutMs: number;
  /** How deeply operations may call each other. Default 16. */
  readonly maxDepth: number;
  /** After this time a handler that goes on though it was aborted is logged. Default 5 s. */
  readonly abortGraceMs: number;
}

/** A call from outside, after its caller was identified. */
export interface RootCall {
  /** Registry name or wire id. */
  readonly operation: string;
  readonly input: unknown;
  /** Whose rights count; `null` for a caller without any. */
  readonly identity: Identity | null;
  /** Default: a fresh one. */
  readonly requestId?: string;
  /** A claim that the handler may read. It counts for nothing. */
  readonly forwardedFor?: Identity | null;
  /** Who is behind a call that another node of this program passed on. Default: the caller. */
  readonly originator?: Identity | null;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | Cancellation | undefined;
  /** Told how far the handler has come, where it says so. */
  readonly onProgress?: OnProgress | undefined;
  /** The call's own place in a trace. Default: a new trace. */
  readonly trace?: TraceContext | undefined;
  /** By which a request that is sent again is known to be the same: see `withIdempotencyKey()`. */
  readonly idempotencyKey?: string | undefined;
  /** What this call can reach, if that is not what the dispatcher was made with. */
  readonly view?: OperationView | undefined;
  /** Called when the handler itself has ended, which may be long after the caller was answered. */
  readonly onHandlerEnd?: () => void;
}

/** One call of any depth, as an observer sees it. */
export interface ObservedCall {
  readonly requestId: string;
  readonly parentRequestId: string | undefined;
  readonly operation: string;
  readonly identity: Identity | null;
  readonly originator: Identity | null;
  /** As it came: of a call that was refused it may not fit the schema. */
  readonly input: unknown;
  readonly spec: OperationSpec;
  readonly trace: TraceContext;
}

/**
 * Told of each call of an operation that there is, when it is let in or refused; what it returns is
 * told how that call ended, and the output of one that gave a single value.
 */
export type CallObserver = (
  call: ObservedCall,
) => (error: CallError | undefined, output?: unknown) => void;

/** What a dispatcher needs. */
export interface DispatcherOptions {
  readonly view: OperationView;
  /** Who owns resources that come and go. Without it, identities' own resources decide. */
  readonly ownership?: Ownership;
  readonly limits?: Partial<DispatchLimits>;
  readonly clock?: Clock;
  /** Default: random UUIDs. */
  readonly newId?: () => string;
  readonly observe?: CallObserver;
}

/** The values of a subscription; the source is asked for one only when the consumer asks. */
export interface CallValues extends AsyncIterableIterator<unknown, undefined> {
  /** Leaves the subscription. */
  return(): Promise<IteratorResult<unknown, undefined>>;
}

/** Runs operations. */
export interface Dispatcher {
  /**
   * Runs a query or a mutation.
   *
   * @throws {CallError} always of that class, with a library code or one that the operation declares.
   */
  call(request: RootCall): Promise<unknown>;
  /**
   * Starts a subscription. A refusal shows here, before there is any value.
   *
   * @throws {CallError} as `call` does; the stream's `next()` as well.
   */
  subscribe(request: RootCall): Promise<CallValues>;
  /** The type of what a caller from outside reaches under a name; `undefined` for nothing. */
  typeOf(operation: string, view?: OperationView): OperationType | undefined;
}
