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
  /** Keeps a waiter; the id under which it is found. */
  add(waiter: Waiter<T>): string;
  /** Takes a waiter out of the table, to be settled by the caller. */
  take(id: string): Waiter<T> | undefined;
  /** Rejects those of which `fails` says so. */
  reject(error: (waiter: Waiter<T>) => Error | undefined): void;
  /** Settles once the table is empty. */
  empty(): Promise<void>;
}

/** A waiter in its place. */
interface Kept<T> {
  readonly number: number;
  readonly id: string;
  readonly waiter: Waiter<T>;
}

// Deadlines that lie closer together than this are served by one sweep.
const SWEEP_MS = 5;
/** Places at first, and always a power of two: a waiter's is the end of its number. */
const FIRST_PLACES = 64;

/**
 * Creates an empty table; `late` makes the error of a waiter whose deadline has passed.
 *
 * The timer is set to the earliest deadline and only looks at all waiters when that has come: with
 * timeouts of seconds, once in seconds. A waiter is never early and a few milliseconds late.
 *
 * No `Map`: V8's begin a new table after so many deletions, and an old one keeps alive what came after
 * it, so that each collection of young objects copies many requests that were long answered.
 */
export function createPending<T>(late: (waiter: Waiter<T>) => Error): Pending<T> {
  let places: (Kept<T> | undefined)[] = new Array(FIRST_PLACES).fill(undefined);
  let size = 0, last = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let armedFor = Infinity;
  let onEmpty: (() => void)[] = [];

  function arm(deadline: number): void {
    clearTimeout(timer);
    armedFor = deadline;
    timer = setTimeout(sweep, Math.max(SWEEP_MS, Math.ceil(deadline - performance.now())));
  }

  function placeOf(number: number): number {
    return number & (places.length - 1);
  }

  /** Those that share no place share none of twice as many. */
  function grow(): void {
    const kept = places;
    places = new Array(kept.length * 2).fill(undefined);
    for (const one of kept) if (one !== undefined) places[placeOf(one.number)] = one;
  }

  function remove(id: string): Waiter<T> | undefined {
    // What is no number has the first place, where nobody has its id.
    const place = placeOf(Number.parseInt(id, 36));
    const kept = places[place];
    if (kept?.id !== id) return undefined;
    places[place] = undefined;
    size -= 1;
    return kept.waiter;
  }

  function sweep(): void {
    const now = performance.now();
    let next = Infinity;
    const overdue: Kept<T>[] = [];
    for (const kept of places) {
      if (kept === undefined) continue;
      if (kept.waiter.deadline <= now) overdue.push(kept);
      else next = Math.min(next, kept.waiter.deadline);
    }
    // In order, also where a busy process comes to several at once.
    overdue.sort((one, other) => one.waiter.deadline - other.waiter.deadline);
    for (const { id, waiter } of overdue) remove(id)?.reject(late(waiter));
    armedFor = Infinity;
    if (next < Infinity) arm(next);
    tellIfEmpty();
  }

  function tellIfEmpty(): void {
    if (size > 0 || onEmpty.length === 0) return;
    // Left armed in normal work, where the next request is near; here nobody is to follow.
    clearTimeout(timer);
    armedFor = Infinity;
    for (const tell of onEmpty) tell();
    onEmpty = [];
  }

  return {
    get size() {
      return size;
    },
    add(waiter) {
      if (size * 2 >= places.length) grow();
      // A place may still belong to somebody who waits for long: then that number is left out.
      do last += 1; while (places[placeOf(last)] !== undefined);
      const id = last.toString(36);
      places[placeOf(last)] = { number: last, id, waiter };
      size += 1;
      if (waiter.deadline < armedFor) arm(waiter.deadline);
      return id;
    },
    take(id) {
      const waiter = remove(id);
      if (waiter !== undefined) tellIfEmpty();
      return waiter;
    },
    reject(error) {
      for (const kept of [...places]) {
        const reason = kept && error(kept.waiter);
        if (kept !== undefined && reason !== undefined) remove(kept.id)?.reject(reason);
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
