/**
 * A clock for tests: time passes when it is told to.
 *
 * @module
 */
import type { Clock } from "../src/reactive/clock.ts";

/** Timers that fire when time is moved past them. */
export class TestClock implements Clock {
  #now = 0;
  #next = 1;
  readonly #timers = new Map<number, { at: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delayMs: number): number {
    const handle = this.#next++;
    this.#timers.set(handle, { at: this.#now + delayMs, callback });
    return handle;
  }

  clearTimeout(handle: unknown): void {
    if (typeof handle === "number") this.#timers.delete(handle);
  }

  /** How many timers are set. */
  get open(): number {
    return this.#timers.size;
  }

  /** Lets time pass, and fires what is due, in order. */
  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= until)
        .sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      const [handle, { at, callback }] = due;
      this.#timers.delete(handle);
      this.#now = at;
      callback();
    }
    this.#now = until;
  }
}
