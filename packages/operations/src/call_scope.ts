/**
 * What a dispatcher tells a handler besides the plain data of its context.
 *
 * @module
 */
import type { Cancellation } from "./cancellation.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Identity } from "./identity.ts";
import type { ProgressReport } from "./progress.ts";
import type { TraceContext } from "./trace.ts";

/** What happens to a composed call when the call that made it is aborted. */
export type AbortPolicy = "abort-dependents" | "continue-running";

/** Which node a composed call goes to. */
export type PeerRef =
  | { readonly kind: "specific"; readonly peerId: string }
  | { readonly kind: "any" };

/** How one composed call differs from the others. */
export interface InvokeOptions {
  readonly policy?: AbortPolicy;
  readonly peer?: PeerRef;
}

/** The part of a handler's context that only a dispatcher can make. */
export interface CallScope {
  /** Whether another operation made this call. */
  readonly internal: boolean;
  /** The authority under which this handler composes; `null` for none. */
  readonly handlerIdentity: Identity | null;
  /** Whom the direct caller says it asks for: a claim, worth nothing as a right. */
  readonly forwardedFor: Identity | null;
  /** Who made the call that began the tree: for attribution, never for access. */
  readonly originator: Identity | null;
  /** Secrets for this handler's own outward calls. */
  readonly capabilities: Capabilities;
  /** When the whole tree of calls has to be done, in milliseconds since the epoch. */
  readonly deadline: number | null;
  readonly abortPolicy: AbortPolicy;
  /** Aborted when the caller no longer wants the answer. Pass it to whatever waits. */
  readonly signal: AbortSignal;
  /** Says the same as the signal, at less than its price, to those who only pass the call on. */
  readonly cancellation: Cancellation;
  /** Where this call stands in its trace. What it asks of others goes below. */
  readonly trace: TraceContext;
  /** Whether somebody wants to hear how far this call has come. */
  readonly wantsProgress: boolean;
  /** Says how far this call has come. It is news, not data: what cannot be told at once is dropped. */
  progress(report: ProgressReport): void;
  /** Whether `invoke` would find an operation under that name, as things are now. */
  contains(name: string, peer?: PeerRef): boolean;
  /**
   * Calls another operation under this handler's own authority.
   *
   * @throws {CallError} as that operation's call failed; `OPERATION_NOT_FOUND` outside the scoped env.
   */
  invoke(name: string, input: unknown, options?: InvokeOptions): Promise<unknown>;
}
