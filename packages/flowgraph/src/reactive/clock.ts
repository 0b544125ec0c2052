/**
 * Time, and the timers of one workflow.
 *
 * @module
 */

/** A source of time; a test gives its own. */
export interface Clock {
  now(): number;
  setTimeout(callback: () => void, delayMs: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (handle) => {
    if (typeof handle === "number" || typeof handle === "object" && handle !== null) {
      // Numbers in browsers and Deno, objects in Node: whatever setTimeout() above returned.
      clearTimeout(handle as ReturnType<typeof setTimeout>);
    }
  },
};

/**
 * A clock whose methods may be called from anywhere. A host that hands over the runtime's own functions
 * has them called on its object, which most runtimes refuse as an illegal invocation.
 */
export function bindClock(clock: Clock): Clock {
  const isNative = Object.is(clock.setTimeout, globalThis.setTimeout);
  const { setTimeout, clearTimeout } = isNative ? systemClock : clock;
  return {
    now: () => clock.now(),
    setTimeout: (callback, delayMs) => setTimeout.call(clock, callback, delayMs),
    clearTimeout: (handle) => clearTimeout.call(clock, handle),
  };
}

/** Longer delays overflow in every runtime and would fire at once. */
const LONGEST_DELAY_MS = 0x7fffffff;

/** Named timers. */
export class Timers {
  readonly #clock: Clock;
  readonly #fire: (key: string) => void;
  readonly #handles = new Map<string, unknown>();

  constructor(clock: Clock, fire: (key: string) => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  /** Sets the timer of that key, in place of an earlier one. */
  schedule(key: string, at: number): void {
    this.unschedule(key);
    const delay = Math.max(0, at - this.#clock.now());
    const callback = delay > LONGEST_DELAY_MS ? () => this.schedule(key, at) : () => {
      this.#handles.delete(key);
      this.#fire(key);
    };
    this.#handles.set(key, this.#clock.setTimeout(callback, Math.min(delay, LONGEST_DELAY_MS)));
  }

  /** Takes a timer back. */
  unschedule(key: string): void {
    if (!this.#handles.has(key)) return;
    this.#clock.clearTimeout(this.#handles.get(key));
    this.#handles.delete(key);
  }

  /** Takes all of them back. */
  clear(): void {
    for (const key of [...this.#handles.keys()]) this.unschedule(key);
  }
}
