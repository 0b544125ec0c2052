/**
 * The table of requests that wait for their answers, with one timer for all of them.
 *
 * @module
 */

/** One request that waits. */
export interface Waiter<T> {
  readonly subject: string;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  resolve(answer: T): void;
  reject(error: unknown): void;
}

/** The table itself. */
export interface Pending<T> {
  readonly size: number;
  add(id: string, waiter: Waiter<T>): void;
  /** Takes a waiter out of the table, to be settled by the caller. */
  take(id: string): Waiter<T> | undefined;
  /** Rejects those of which `fails` says so. */
  reject(error: (waiter: Waiter<T>) => Error | undefined): void;
  /** Settles once the table is empty. */
  empty(): Promise<void>;
}

// Deadlines that lie closer together than this are served by one sweep.
const SWEEP_MS = 5;

/**
 * Creates an empty table; `late` makes the error of a waiter whose deadline has passed.
 *
 * The timer is set to the earliest deadline and only looks at all waiters when that has come: with
 * timeouts of seconds, once in seconds. A waiter is never early and a few milliseconds late.
 */
export function createPending<T>(late: (waiter: Waiter<T>) => Error): Pending<T> {
  const waiters = new Map<string, Waiter<T>>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let armedFor = Infinity;
  let onEmpty: (() => void)[] = [];

  function arm(deadline: number): void {
    clearTimeout(timer);
    armedFor = deadline;
    timer = setTimeout(sweep, Math.max(SWEEP_MS, Math.ceil(deadline - performance.now())));
  }

  function sweep(): void {
    const now = performance.now();
    let next = Infinity;
    for (const [id, waiter] of waiters) {
      if (waiter.deadline > now) next = Math.min(next, waiter.deadline);
      else if (waiters.delete(id)) waiter.reject(late(waiter));
    }
    armedFor = Infinity;
    if (next < Infinity) arm(next);
    tellIfEmpty();
  }

  function tellIfEmpty(): void {
    if (waiters.size > 0 || onEmpty.length === 0) return;
    // Left armed in normal work, where the next request is near; here nobody is to follow.
    clearTimeout(timer);
    armedFor = Infinity;
    for (const tell of onEmpty) tell();
    onEmpty = [];
  }

  return {
    get size() {
      return waiters.size;
    },
    add(id, waiter) {
      waiters.set(id, waiter);
      if (waiter.deadline < armedFor) arm(waiter.deadline);
    },
    take(id) {
      const waiter = waiters.get(id);
      if (waiter !== undefined && waiters.delete(id)) tellIfEmpty();
      return waiter;
    },
    reject(error) {
      for (const [id, waiter] of waiters) {
        const reason = error(waiter);
        if (reason !== undefined && waiters.delete(id)) waiter.reject(reason);
      }
      tellIfEmpty();
    },
    empty() {
      const { promise, resolve } = Promise.withResolvers<void>();
      onEmpty.push(resolve);
      tellIfEmpty();
      return promise;
    },
  };
}
