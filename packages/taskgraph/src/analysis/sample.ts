/**
 * Sampling that gives the same answer on every platform.
 *
 * @module
 */

/** Chooses `size` distinct numbers below `population`, in ascending order. */
export function sampleWithoutRepeats(population: number, size: number, seed: number): Int32Array {
  const random = seededRandom(seed);
  const pool = Int32Array.from({ length: population }, (_, index) => index);
  for (let chosen = 0; chosen < size; chosen++) {
    const other = chosen + Math.floor(random() * (population - chosen));
    const kept = pool[chosen] ?? 0;
    pool[chosen] = pool[other] ?? 0;
    pool[other] = kept;
  }
  return pool.slice(0, size).sort();
}

/** Makes a generator of numbers from 0 up to 1; a Weyl sequence, mixed by 32-bit integer steps. */
function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 2 ** 32;
  };
}
