/** Chance that a seed repeats; for tests. */

/** Whole numbers from 0 up to, and without, a bound. */
export type Random = (bound: number) => number;

/** Creates a source of numbers (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}
