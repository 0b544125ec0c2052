/**
 * The tree of running calls: who started whom, and what stops with whom.
 *
 * @module
 */
import type { AbortPolicy } from "./call_scope.ts";
import { CallError, InfrastructureErrorCode } from "./error.ts";
import type { DeadlineQueue } from "./deadline_queue.ts";

/** What a root is bounded by. */
export interface RootOptions {
  readonly requestId: string;
  /** Milliseconds since the epoch, for the whole tree; `null` for none. */
  readonly deadline: number | null;
  readonly deadlines: DeadlineQueue;
}

const nothing = () => {};

/** One running call. It ends once, by `settle()`; it may be aborted before. */
export class CallNode {
  readonly requestId: string;
  readonly parent: CallNode | undefined;
  readonly policy: AbortPolicy;
  readonly depth: number;
  readonly deadline: number | null;
  readonly #deadlines: DeadlineQueue;
  readonly #children = new Set<CallNode>();
  #controller: AbortController | undefined;
  #reason: CallError | undefined;
  #over = false;
  #refuse: ((reason: CallError) => void) | undefined;
  #onAbort: (reason: CallError) => void = nothing;
  #disarm = nothing;

  private constructor(
    options: RootOptions,
    { parent, policy }: { parent?: CallNode; policy: AbortPolicy },
  ) {
    this.requestId = options.requestId;
    this.deadline = options.deadline;
    this.#deadlines = options.deadlines;
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
    this.#children.add(child);
    return child;
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

  /** Aborts this call and, but for those that continue, everything below. */
  abort(reason: CallError): void {
    if (this.#over || this.#reason !== undefined) return;
    this.#reason = reason;
    this.#disarm();
    this.#controller?.abort(reason);
    this.#refuse?.(reason);
    this.#onAbort(reason);
    this.#abortChildren(reason);
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
    if (this.parent !== undefined) this.parent.#children.delete(this);
    if (this.#children.size > 0) this.#abortChildren(abortedError(this.requestId, "it is over"));
  }

  #abortChildren(reason: CallError): void {
    for (const child of [...this.#children]) {
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

/** Aborts `node` with `signal`; the returned function ends that. */
export function followSignal(node: CallNode, signal: AbortSignal | undefined): () => void {
  if (signal === undefined) return nothing;
  const abort = () => node.abort(abortedError(node.requestId));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return () => signal.removeEventListener("abort", abort);
}
