/**
 * How often a source may be wrong: 10 times in 10 minutes, and then it has to wait.
 *
 * @module
 */
import { Generations } from "./generations.ts";

/** How a counter of attempts is set. */
export interface AttemptsOptions {
  /** Default 10. */
  readonly most?: number;
  /** Default 10 minutes. */
  readonly perMs?: number;
  /** Sources that are remembered. Default 10,000. */
  readonly maxSources?: number;
  readonly now?: () => number;
  /** Told of a source once, when it has used up its attempts. */
  readonly onExhausted?: (source: string) => void;
}

/** Counts failed attempts. */
export interface Attempts {
  /** In how many seconds `source` may try again; `undefined`: now. */
  waitOf(source: string): number | undefined;
  /** `source` was wrong. */
  failed(source: string): void;
}

interface Window {
  readonly endsAt: number;
  count: number;
}

/** Makes a counter. A source is an address, or whatever else tells callers apart. */
export function createAttempts(
  { most = 10, perMs = 600_000, maxSources = 10_000, now = Date.now, onExhausted }:
    AttemptsOptions = {},
): Attempts {
  const windows = new Generations<Window>(maxSources);
  return {
    waitOf(source) {
      const window = windows.get(source), at = now();
      if (window === undefined || window.endsAt <= at || window.count < most) return undefined;
      return Math.ceil((window.endsAt - at) / 1000);
    },
    failed(source) {
      const known = windows.get(source), at = now();
      const window = known && known.endsAt > at ? known : { endsAt: at + perMs, count: 0 };
      window.count++;
      windows.set(source, window);
      if (window.count === most) onExhausted?.(source);
    },
  };
}
