/**
 * Leaves out what was told before. Messages that were tried again may be stored after later ones, or
 * twice: a call would run on after its end, or end a second time.
 *
 * @module
 */

/** Whether an event of the call with that id is news. */
export type ToldOnce = (id: string, isOver: boolean) => boolean;

/** Calls that are remembered; those that were told of first are forgotten first. */
const REMEMBERED = 16_384;

/**
 * Creates the memory of one who follows calls.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { createToldOnce } from "./told_once.ts";
 *
 * const isNews = createToldOnce();
 * const events = [["a", false], ["a", true], ["a", false], ["a", true], ["b", true]] as const;
 * deepStrictEqual(events.map(([id, isOver]) => isNews(id, isOver)), [true, true, false, false, true]);
 * ```
 */
export function createToldOnce(remembered = REMEMBERED): ToldOnce {
  const told = new Map<string, boolean>();
  return (id, isOver) => {
    const wasOver = told.get(id);
    if (wasOver === true || wasOver === isOver) return false;
    told.set(id, isOver);
    for (const [oldest] of told) {
      if (told.size <= remembered) break;
      told.delete(oldest);
    }
    return true;
  };
}
