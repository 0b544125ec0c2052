/**
 * Chance that can be repeated.
 *
 * @module
 */

/** A source of choices. */
export interface Random {
  /** An integer from 0 up to, not including, `bound`. */
  below(bound: number): number;
  pick<T>(choices: readonly T[]): T;
}

/** The same seed makes the same choices. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  // A linear congruential step, its high bits taken: enough to spread mutations.
  const below = (bound: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  return {
    below,
    pick<T>(choices: readonly T[]): T {
      const [choice] = choices.slice(below(choices.length));
      if (choice === undefined) throw new RangeError("Cannot pick from nothing");
      return choice;
    },
  };
}
