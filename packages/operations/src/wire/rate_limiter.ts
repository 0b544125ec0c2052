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
  readonly key: string;
  tokens: number;
  at: number;
  /** The one that was used next after it. */
  newer: Bucket | undefined;
  older: Bucket | undefined;
}

/** Makes a limiter; those without an identity share one allowance. */
export function createRateLimiter(options: RateLimiterOptions = {}): RateLimiter {
  const { perSecond = 100, burst = 200, clock = systemClock, maxIdentities = 10_000 } = options;
  const buckets = new Map<string, Bucket>();
  // Linked in the order of their last use. The map's own order would have to be mended with each
  // request, and a map from which something is taken all the time begins anew all the time.
  let oldest: Bucket | undefined, newest: Bucket | undefined;

  function unlink({ older, newer }: Bucket): void {
    if (older === undefined) oldest = newer;
    else older.newer = newer;
    if (newer === undefined) newest = older;
    else newer.older = older;
  }

  function use(bucket: Bucket): void {
    bucket.older = newest;
    bucket.newer = undefined;
    if (newest === undefined) oldest = bucket;
    else newest.newer = bucket;
    newest = bucket;
  }

  function bucketOf(key: string, now: number): Bucket {
    const known = buckets.get(key);
    if (known !== undefined && known === newest) return known;
    if (known !== undefined) unlink(known);
    const bucket = known ?? { key, tokens: burst, at: now, newer: undefined, older: undefined };
    use(bucket);
    if (known !== undefined) return bucket;
    buckets.set(key, bucket);
    if (buckets.size > maxIdentities && oldest !== undefined) {
      buckets.delete(oldest.key);
      unlink(oldest);
    }
    return bucket;
  }

  return (identity) => {
    const now = clock.now();
    const bucket = bucketOf(identity === null ? "" : `id:${identity.id}`, now);
    const gained = (Math.max(0, now - bucket.at) / 1000) * perSecond;
    const tokens = Math.min(burst, bucket.tokens + gained);
    const taken = tokens >= 1;
    bucket.tokens = taken ? tokens - 1 : tokens;
    bucket.at = now;
    return taken ? undefined : Math.max(1, Math.ceil((1 - tokens) / perSecond));
  };
}
