/**
 * Giving up, for those who pass calls on. An `AbortSignal` says the same to everybody else; to make one
 * and to listen to it takes a tenth of all the work that a passed call is.
 *
 * @module
 */

/** Whether something was given up. */
export interface Cancellation {
  readonly aborted: boolean;
  /** Calls `listener` when it is given up from now on; the returned function ends that. */
  onAbort(listener: () => void): () => void;
}

const nothing = () => {};

/** The side that gives up. */
export class Cancel implements Cancellation {
  #aborted = false;
  /** Nearly always there is one: only then it takes no set. */
  #first: (() => void) | undefined;
  #others: Set<() => void> | undefined;

  /** Whether it was given up. */
  get aborted(): boolean {
    return this.#aborted;
  }

  /** Calls `listener` when it is given up from now on; the returned function ends that. */
  onAbort(listener: () => void): () => void {
    if (this.#aborted) return nothing;
    if (this.#first === undefined) {
      this.#first = listener;
      return () => {
        if (this.#first === listener) this.#first = undefined;
      };
    }
    const others = this.#others ??= new Set();
    others.add(listener);
    return () => void others.delete(listener);
  }

  /** Gives up, once. */
  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    const listeners = [this.#first, ...this.#others ?? []];
    this.#first = this.#others = undefined;
    for (const listener of listeners) listener?.();
  }
}

/** Calls `listener` when `given` is given up from now on; the returned function ends that. */
export function onAbort(given: AbortSignal | Cancellation, listener: () => void): () => void {
  if ("onAbort" in given) return given.onAbort(listener);
  given.addEventListener("abort", listener, { once: true });
  return () => given.removeEventListener("abort", listener);
}
