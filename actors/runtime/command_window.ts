/**
 * Remembers what the last commands of an actor led to: a repeated one gets the first answer again.
 *
 * @module
 */
import type { LoggedEvent } from "./record.ts";
import type { Outcome } from "./state.ts";

/** The last commands of one actor. Counted, not timed: no clock decides what is a repetition. */
export interface CommandWindow {
  /** What the command of that {@linkcode commandKey} led to. */
  get(key: string): Outcome | undefined;
  add(key: string, outcome: Outcome): void;
  /** From the oldest to the newest: all that stand in the log since the oldest. */
  entries(): Iterable<readonly [key: string, outcome: Outcome]>;
}

/** How many events an actor remembers unless its kind says otherwise. */
export const REMEMBERED = 1_000;

/** Characters of all that is kept of what an actor has emitted. */
export const MAX_KEPT = 64 * 1024;

/**
 * The name under which a command is remembered. A caller's id is its own: whoever happens to choose the
 * same one, or has guessed it, must neither be told what came of it nor lose a command to it.
 */
export function commandKey({ id, cause, by }: Pick<LoggedEvent, "id" | "cause" | "by">): string {
  // The length goes first, so that no two pairs are spelled alike; the runtime's own ids begin with
  // a letter.
  return cause.from === "caller" && by !== undefined ? `${by.length} ${by} ${id}` : id;
}

/** Creates a window that forgets the oldest command once it holds `size`. */
export function createCommandWindow(
  size: number,
  entries: Iterable<readonly [string, Outcome]> = [],
): CommandWindow {
  const outcomes = new Map(entries);
  // One for all: a new one would pass over all that were deleted before it comes to the oldest.
  let oldest: Iterator<string> | undefined, oldestKept: Iterator<[string, Outcome]> | undefined;
  let kept = 0;
  for (const outcome of outcomes.values()) kept += sizeOf(outcome);

  /** What was emitted goes before the commands that emitted it: the log has it as well. */
  function shrink(): void {
    oldestKept ??= outcomes.entries();
    while (kept > MAX_KEPT) {
      const { done, value } = oldestKept.next();
      if (done === true) return;
      const [key, outcome] = value;
      if (sizeOf(outcome) === 0) continue;
      kept -= sizeOf(outcome);
      outcomes.set(key, { ...outcome, emitted: "" });
    }
  }

  return {
    get: (key) => outcomes.get(key),
    add(key, outcome) {
      outcomes.set(key, outcome);
      if (outcomes.size > size) {
        oldest ??= outcomes.keys();
        const { value } = oldest.next();
        kept -= sizeOf(outcomes.get(value));
        outcomes.delete(value);
      }
      kept += sizeOf(outcome);
      if (kept > MAX_KEPT) shrink();
    },
    entries: () => outcomes.entries(),
  };
}

function sizeOf(outcome: Outcome | undefined): number {
  return outcome?.emitted?.length ?? 0;
}
