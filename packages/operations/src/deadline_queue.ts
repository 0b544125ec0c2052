/**
 * Any number of deadlines on one timer.
 *
 * @module
 */
import { type Clock, wallTimeOf } from "./clock.ts";

/** Platform timers with a longer delay fire at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

interface Entry {
  readonly at: number;
  readonly fire: () => void;
  index: number;
}

/** How a queue minds its timer. */
export interface DeadlineQueueOptions {
  /** Whether an empty queue leaves its timer armed, for the next deadline, until it is closed. */
  readonly keepsTimer?: boolean;
}

/** Deadlines, earliest first. */
export class DeadlineQueue {
  readonly #clock: Clock;
  readonly #keepsTimer: boolean;
  readonly #heap: Entry[] = [];
  #disarm: (() => void) | undefined;
  #armedFor = Infinity;
  #isClosed = false;

  /** Makes an empty queue that reads `clock`. */
  constructor(clock: Clock, { keepsTimer = false }: DeadlineQueueOptions = {}) {
    this.#clock = clock;
    this.#keepsTimer = keepsTimer;
  }

  /** How many deadlines are waiting. */
  get size(): number {
    return this.#heap.length;
  }

  /** What a moment of its clock is for everybody else. */
  wallTime(at: number): number {
    return wallTimeOf(this.#clock, at);
  }

  /** Calls `fire` once at `at` (from a timer, even if that is past); the returned function prevents it. */
  add(at: number, fire: () => void): () => void {
    const entry: Entry = { at, fire, index: this.#heap.length };
    this.#heap.push(entry);
    this.#rise(entry);
    this.#arm();
    return () => this.#remove(entry);
  }

  /** Gives the timer back; nothing fires any more. */
  close(): void {
    this.#isClosed = true;
    this.#rest();
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || this.#isClosed) {
      this.#rest();
    } else if (this.#disarm === undefined || first.at < this.#armedFor) {
      this.#rest();
      this.#armedFor = first.at;
      const delay = Math.min(Math.max(0, first.at - this.#clock.now()), LONGEST_DELAY_MS);
      this.#disarm = this.#clock.after(delay, () => this.#expire());
    }
  }

  #rest(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    this.#armedFor = Infinity;
  }

  #expire(): void {
    this.#rest();
    const now = this.#clock.now();
    try {
      for (let first = this.#heap[0]; first && first.at <= now; first = this.#heap[0]) {
        this.#remove(first);
        first.fire();
      }
    } finally {
      // Whoever throws is told by the platform; the deadlines of others are kept all the same.
      this.#arm();
    }
  }

  #remove(entry: Entry): void {
    if (this.#heap[entry.index] !== entry) return;
    const last = this.#heap.pop();
    if (last !== undefined && last !== entry) {
      this.#put(last, entry.index);
      this.#rise(last);
      this.#sink(last);
    }
    // An armed timer that finds nothing due arms itself again; only an empty queue must not hold one,
    // unless somebody closes it.
    if (this.#heap.length === 0 && !this.#keepsTimer) this.#rest();
  }

  #put(entry: Entry, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }

  #rise(entry: Entry): void {
    while (entry.index > 0) {
      const parentIndex = (entry.index - 1) >> 1;
      const parent = this.#heap[parentIndex];
      if (parent === undefined || parent.at <= entry.at) return;
      this.#put(parent, entry.index);
      this.#put(entry, parentIndex);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const left = this.#heap[2 * entry.index + 1];
      const right = this.#heap[2 * entry.index + 2];
      const child = right !== undefined && left !== undefined && right.at < left.at ? right : left;
      if (child === undefined || child.at >= entry.at) return;
      const index = entry.index;
      this.#put(entry, child.index);
      this.#put(child, index);
    }
  }
}
