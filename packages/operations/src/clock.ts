/**
 * Time as a need that somebody fills.
 *
 * @module
 */

/** What the library asks of time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fire` once after `delayMs`; the returned function prevents it. */
  after(delayMs: number, fire: () => void): () => void;
}

/** The platform's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, fire) {
    const timer = setTimeout(fire, delayMs);
    return () => clearTimeout(timer);
  },
};
