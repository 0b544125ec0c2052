/**
 * How many requests somebody may make.
 *
 * @module
 */
import { type Clock, systemClock } from "../clock.ts";
import type { Identity } from "../identity.ts";

/** How a limiter is set. */
export interface RateLimiterOptions {
  /** Default 100. */
  readonly perSecond?: number;
  /** Default 200. */
  readonly burst?: number;
  readonly clock?: Clock;
  /** Identities that are remembered; past it, those who were idle longest begin anew. Default 10,000. */
  readonly maxIdentities?: number;
}

/** Takes one request of `identity`; the result says in how many seconds to come again, or nothing. */
export type RateLimiter = (identity: Identity | null) => number | undefined;

interface Bucket {
  tokens: number;
  at: number;
}

/** Makes a limiter; those without an identity share one allowance. */
export function createRateLimiter(options: RateLimiterOptions = {}): RateLimiter {
  const { perSecond = 100, burst = 200, clock = systemClock, maxIdentities = 10_000 } = options;
  const buckets = new Map<string, Bucket>();
  return (identity) => {
    const key = identity === null ? "" : `id:${identity.id}`;
    const now = clock.now();
    const known = buckets.get(key) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, known.tokens + (Math.max(0, now - known.at) / 1000) * perSecond);
    const taken = tokens >= 1;
    // Set anew, so that the map's order is that of last use.
    buckets.delete(key);
    buckets.set(key, { tokens: taken ? tokens - 1 : tokens, at: now });
    if (buckets.size > maxIdentities) {
      for (const oldest of buckets.keys()) {
        buckets.delete(oldest);
        break;
      }
    }
    return taken ? undefined : Math.max(1, Math.ceil((1 - tokens) / perSecond));
  };
}
