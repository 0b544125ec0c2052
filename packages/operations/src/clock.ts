/**
 * Time as a need that somebody fills.
 *
 * @module
 */

/** What the library asks of time. */
export interface Clock {
  /** Milliseconds since the epoch, unless there is a `wallTime`. */
  now(): number;
  /** Calls `fire` once after `delayMs`; the returned function prevents it. */
  after(delayMs: number, fire: () => void): () => void;
  /** What a moment of this clock is in milliseconds since the epoch. Absent: the same. */
  wallTime?(at: number): number;
}

/** The platform's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, fire) {
    const timer = setTimeout(fire, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * The platform's time as it passes, whatever is done to its clock. What waits for seconds must neither
 * wait for hours nor be over at once because somebody has set the time of day.
 */
export const monotonicClock: Clock = {
  // Whole ones: what is left of a deadline travels.
  now: () => Math.floor(performance.now()),
  after: (delayMs, fire) => systemClock.after(delayMs, fire),
  wallTime: (at) => Date.now() + at - Math.floor(performance.now()),
};

/** A moment of a clock, in milliseconds since the epoch. */
export function wallTimeOf(clock: Clock, at: number): number {
  return clock.wallTime?.(at) ?? at;
}
