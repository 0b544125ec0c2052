/**
 * The tree of running calls: who started whom, and what stops with whom.
 *
 * @module
 */
import type { AbortPolicy } from "./call_scope.ts";
import { Cancel, type Cancellation, onAbort } from "./cancellation.ts";
import { CallError, InfrastructureErrorCode } from "./error.ts";
import type { DeadlineQueue } from "./deadline_queue.ts";
import type { OnProgress } from "./progress.ts";
import { beginTrace, traceBelow, type TraceContext } from "./trace.ts";

/** What a root is bounded by. */
export interface RootOptions {
  readonly requestId: string;
  /** By the clock of `deadlines`, for the whole tree; `null` for none. */
  readonly deadline: number | null;
  readonly deadlines: DeadlineQueue;
  /** Its own place in a trace. Default: a new one. */
  readonly trace?: TraceContext | undefined;
  /** Absent where nobody wants to hear how far it has come. */
  readonly onProgress?: OnProgress | undefined;
}

const nothing = () => {};

/** One running call. It ends once, by `settle()`; it may be aborted before. */
export class CallNode {
  readonly requestId: string;
  readonly parent: CallNode | undefined;
  readonly policy: AbortPolicy;
  readonly depth: number;
  readonly deadline: number | null;
  /** Of a root alone: what a call below it has done tells nothing of the whole. */
  readonly onProgress: OnProgress | undefined;
  readonly #deadlines: DeadlineQueue;
  /** Most calls have none. */
  #children: Set<CallNode> | undefined;
  #trace: TraceContext | undefined;
  #controller: AbortController | undefined;
  readonly #cancel = new Cancel();
  #reason: CallError | undefined;
  #over = false;
  #refuse: ((reason: CallError) => void) | undefined;
  #onAbort: (reason: CallError) => void = nothing;
  #disarm = nothing;
  #unfollow = nothing;

  private constructor(
    options: RootOptions,
    { parent, policy }: { parent?: CallNode; policy: AbortPolicy },
  ) {
    this.requestId = options.requestId;
    this.deadline = options.deadline;
    this.#deadlines = options.deadlines;
    this.#trace = options.trace;
    this.onProgress = options.onProgress;
    this.parent = parent;
    this.policy = policy;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    // What would survive its parent's abort has to mind the deadline itself.
    if (parent === undefined || policy === "continue-running") this.#armDeadline();
  }

  /** Begins a tree. */
  static root(options: RootOptions): CallNode {
    return new CallNode(options, { policy: "abort-dependents" });
  }

  /** Begins a call below this one. */
  child(requestId: string, policy: AbortPolicy = this.policy): CallNode {
    const { deadline } = this;
    const options = { requestId, deadline, deadlines: this.#deadlines };
    const child = new CallNode(options, { parent: this, policy });
    (this.#children ??= new Set()).add(child);
    return child;
  }

  /** When it has to be done, in milliseconds since the epoch. */
  get wallDeadline(): number | null {
    return this.deadline === null ? null : this.#deadlines.wallTime(this.deadline);
  }

  /** Its own place in a trace, which is taken when somebody asks. */
  get trace(): TraceContext {
    return this.#trace ??= this.parent === undefined ? beginTrace() : traceBelow(this.parent.trace);
  }

  /** Why nothing may be started here any more; `undefined` while it may. */
  get stopped(): CallError | undefined {
    return this.#reason ?? (this.#over ? abortedError(this.requestId, "it is over") : undefined);
  }

  /** Why this call was aborted. */
  get reason(): CallError | undefined {
    return this.#reason;
  }

  /** Aborted with this call. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Says the same as the signal. */
  get cancellation(): Cancellation {
    return this.#cancel;
  }

  /** Aborts this call and, but for those that continue, everything below. */
  abort(reason: CallError): void {
    if (this.#over || this.#reason !== undefined) return;
    this.#reason = reason;
    this.#disarm();
    this.#controller?.abort(reason);
    this.#cancel.abort();
    this.#refuse?.(reason);
    this.#onAbort(reason);
    this.#abortChildren(reason);
  }

  /** Is aborted with `signal`, until it ends. */
  follow(signal: AbortSignal | Cancellation | undefined): void {
    if (signal === undefined) return;
    const abort = () => this.abort(abortedError(this.requestId));
    if (signal.aborted) abort();
    else this.#unfollow = onAbort(signal, abort);
  }

  /** Calls `listener` when this call is aborted. */
  whenAborted(listener: (reason: CallError) => void): void {
    this.#onAbort = listener;
  }

  /** `work`, or the abort's reason if that comes first. */
  race<T>(work: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#refuse = reject;
      // Work that is not waited for any more still has its rejection handled.
      work.then(resolve, reject);
      if (this.#reason !== undefined) reject(this.#reason);
    });
  }

  /** Ends this call. What it started and did not wait for is aborted. */
  settle(): void {
    if (this.#over) return;
    this.#over = true;
    this.#refuse = undefined;
    this.#disarm();
    this.#unfollow();
    if (this.parent !== undefined) this.parent.#children?.delete(this);
    if (this.#children !== undefined && this.#children.size > 0) {
      this.#abortChildren(abortedError(this.requestId, "it is over"));
    }
  }

  #abortChildren(reason: CallError): void {
    for (const child of [...this.#children ?? []]) {
      if (child.policy === "abort-dependents") child.abort(reason);
    }
  }

  #armDeadline(): void {
    const { deadline } = this;
    if (deadline === null) return;
    this.#disarm = this.#deadlines.add(deadline, () => {
      this.abort(
        new CallError(InfrastructureErrorCode.TIMEOUT, `Call ${this.requestId} timed out`),
      );
    });
  }
}

/** The reason that a call was aborted for, by whoever wanted its answer. */
export function abortedError(requestId: string, why = "its caller left"): CallError {
  return new CallError(
    InfrastructureErrorCode.ABORTED,
    `Call ${requestId} was aborted: ${why}`,
  );
}
