/**
 * A clock that tests turn by hand.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** A clock, and the hand that turns it. */
export interface ManualClock extends Clock {
  /** Moves time on and fires what became due, in order. */
  advance(byMs: number): void;
  /** How many timers are armed. */
  readonly armed: number;
}

/** Makes a clock that stands at `startMs`. */
export function manualClock(startMs = 1_000_000): ManualClock {
  let time = startMs;
  const timers = new Set<{ at: number; fire: () => void }>();
  const due = (until: number) =>
    [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => time,
    after(delayMs, fire) {
      const timer = { at: time + delayMs, fire };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(byMs) {
      const until = time + byMs;
      for (let timer = due(until); timer !== undefined; timer = due(until)) {
        timers.delete(timer);
        time = Math.max(time, timer.at);
        timer.fire();
      }
      time = until;
    },
    get armed() {
      return timers.size;
    },
  };
}
