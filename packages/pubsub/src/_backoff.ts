/** Bounds of the time between two attempts. */
export interface BackoffOptions {
  /** Upper bound of the first wait. Default 250. */
  minDelayMs?: number | undefined;
  /** Upper bound of any wait. Default 10,000. */
  maxDelayMs?: number | undefined;
}

/** Waits between attempts: bounds double, and each wait is anywhere below its bound. */
export interface Backoff {
  /** How long to wait now. */
  next(): number;
  /** Starts over. */
  reset(): void;
}

/**
 * Makes a back-off; `random` gives numbers from 0 up to 1.
 *
 * @throws {TypeError} when a bound is none.
 */
export function createBackoff(
  { minDelayMs = 250, maxDelayMs = 10_000 }: BackoffOptions,
  random: () => number = Math.random,
): Backoff {
  if (!(minDelayMs > 0 && minDelayMs <= maxDelayMs && maxDelayMs < 2 ** 31)) {
    throw new TypeError(
      `Cannot wait between ${minDelayMs} and ${maxDelayMs} ms: ` +
        "minDelayMs must be positive and not above maxDelayMs",
    );
  }
  let bound = minDelayMs;
  return {
    next() {
      const delay = random() * bound;
      bound = Math.min(bound * 2, maxDelayMs);
      return delay;
    },
    reset() {
      bound = minDelayMs;
    },
  };
}
