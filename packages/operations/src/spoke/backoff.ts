/**
 * How long a lost connection is left alone.
 *
 * @module
 */

/**
 * Why there is no connection: it was `lost` or could not be made, the hub `refused` this program, or
 * another connection of the same name `replaced` this one.
 */
export type Loss = "lost" | "refused" | "replaced";

/** Bounds of the waits. */
export interface ReconnectOptions {
  /** The longest first wait. Default 1 s; each further one is twice as long. */
  readonly initialMs?: number;
  /** The longest wait of all. Default 60 s. */
  readonly maxMs?: number;
  /** The shortest. Default 250 ms. */
  readonly floorMs?: number;
  /** A connection that served for so long was good: waits begin anew. Default 30 s. */
  readonly stableMs?: number;
}

/** What the next wait depends on. */
export interface LostConnection {
  readonly why: Loss;
  /** How long it had served. */
  readonly servedMs: number;
}

/** Says how long to wait. */
export interface Backoff {
  /** The wait after this loss. */
  delayAfter(lost: LostConnection): number;
}

/** Whoever was replaced and comes back at once would replace the other in turn, for ever. */
const REPLACED_MS = 60_000;

/**
 * Creates the waits of one program. They are random between nothing and their bound, so that a
 * thousand programs that lost the same hub do not come back in the same moment.
 */
export function createBackoff(
  options: ReconnectOptions = {},
  random: () => number = Math.random,
): Backoff {
  const { initialMs = 1_000, maxMs = 60_000, floorMs = 250, stableMs = 30_000 } = options;
  let failures = 0;
  return {
    delayAfter({ why, servedMs }) {
      if (servedMs >= stableMs) failures = 0;
      const bound = Math.min(initialMs * 2 ** failures, maxMs);
      failures += 1;
      if (why === "replaced") return REPLACED_MS;
      // Nothing changes soon where somebody has to change a key.
      if (why === "refused") return maxMs;
      return Math.max(floorMs, bound * random());
    },
  };
}
