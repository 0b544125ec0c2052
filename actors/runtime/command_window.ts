/**
 * Remembers what the last commands of an actor led to: a repeated one gets the first answer again.
 *
 * @module
 */
import type { Outcome } from "./state.ts";

/** The last commands of one actor. Counted, not timed: no clock decides what is a repetition. */
export interface CommandWindow {
  get(id: string): Outcome | undefined;
  add(id: string, outcome: Outcome): void;
  /** From the oldest to the newest. */
  entries(): Iterable<readonly [id: string, outcome: Outcome]>;
}

/** Creates a window that forgets the oldest command once it holds `size`. */
export function createCommandWindow(
  size: number,
  entries: Iterable<readonly [string, Outcome]> = [],
): CommandWindow {
  const outcomes = new Map(entries);
  // One for all: a new one would pass over all that were deleted before it comes to the oldest.
  let oldest: Iterator<string> | undefined;
  return {
    get: (id) => outcomes.get(id),
    add(id, outcome) {
      outcomes.set(id, outcome);
      if (outcomes.size <= size) return;
      oldest ??= outcomes.keys();
      outcomes.delete(oldest.next().value);
    },
    entries: () => outcomes.entries(),
  };
}
