/**
 * Finds timers that should have come, wherever they are missed.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import type { ActiveActors } from "./active_actors.ts";
import type { Timer } from "./state.ts";
import type { WaitingActors } from "./waiting_actors.ts";

/** A timer that is late for so long is taken for lost. */
export const LATE_MS = 30_000;
/** One look at those who work in so many is also one at those who wait: there may be far more of them. */
export const SELDOM = 20;

/** What is needed to look for those who wait in vain. */
export interface OverdueOptions {
  readonly active: Pick<ActiveActors, "list">;
  readonly waiting: Pick<WaitingActors, "overdue">;
  /** Whether this node can look at it: who waits of a kind that is gone would be told of for ever. */
  readonly isKnown: (address: Address) => boolean;
  readonly now: () => number;
  /** How often those who work are looked at. */
  readonly sweepMs: number;
  readonly lateMs: number;
}

/** Those who have to be looked at. */
export interface Listed {
  /** Leaves out what may wait as soon as `isHurried()` says that another look is due. */
  list(isHurried: () => boolean): AsyncIterable<Address>;
}

/**
 * Lists those who work, and now and then those whose timers are late as well. Not at once: a node that
 * has just begun gets what came due while nobody was there.
 */
export function listWithOverdue(options: OverdueOptions): Listed {
  const { active, waiting, isKnown, now, sweepMs, lateMs } = options;
  let nextAt = performance.now() + sweepMs;
  return {
    async *list(isHurried) {
      yield* active.list();
      if (performance.now() < nextAt) return;
      for await (const address of waiting.overdue(now() - lateMs)) {
        if (isHurried()) return;
        if (isKnown(address)) yield address;
      }
      // A list that failed or was cut short is asked for again.
      nextAt = performance.now() + SELDOM * sweepMs;
    },
  };
}

/** Those of some timers that were due before a moment. */
export function lateTimers(timers: ReadonlyMap<string, Timer>, before: number): readonly Timer[] {
  return [...timers.values()].filter(({ dueAt }) => dueAt < before);
}

/** When the first of some timers is due. */
export function nextDueAt(timers: ReadonlyMap<string, Timer>): number | undefined {
  let next: number | undefined;
  for (const { dueAt } of timers.values()) next = Math.min(next ?? dueAt, dueAt);
  return next;
}
