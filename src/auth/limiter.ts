/**
 * How many requests each identity may make on one node.
 *
 * @module
 */
import { type Clock, createRateLimiter, type Identity, type RateLimiter } from "@alkdev/operations";
import type { Identified } from "./identified.ts";
import type { RateLimit } from "./records.ts";

/** For who has no limit of their own. */
export const DEFAULT_LIMITS = {
  node: { perSecond: 200, burst: 400 },
  client: { perSecond: 50, burst: 100 },
  anonymous: { perSecond: 5, burst: 10 },
} as const satisfies Record<string, RateLimit>;

/** What a limiter needs. */
export interface IdentityLimiterOptions {
  readonly identifiedOf: (identity: Identity) => Identified | undefined;
  readonly clock?: Clock;
}

/** Makes a limiter that gives each identity its own limit, or that of its role. */
export function createIdentityLimiter(
  { identifiedOf, clock }: IdentityLimiterOptions,
): RateLimiter {
  // Identities with the same limit share a limiter, in which each has its own allowance.
  const limiters = new Map<string, RateLimiter>();
  /** By the limit itself, which is the same for all requests of who is known. */
  const found = new WeakMap<RateLimit, RateLimiter>();
  const limiterFor = (limit: RateLimit): RateLimiter => {
    const at = found.get(limit);
    if (at !== undefined) return at;
    const { perSecond, burst } = limit, key = `${perSecond}/${burst}`;
    const made = limiters.get(key) ??
      createRateLimiter({ perSecond, burst, ...(clock ? { clock } : {}) });
    limiters.set(key, made);
    found.set(limit, made);
    return made;
  };
  return (identity) => limiterFor(limitFor(identity, identifiedOf))(identity);
}

function limitFor(
  identity: Identity | null,
  identifiedOf: IdentityLimiterOptions["identifiedOf"],
): RateLimit {
  if (identity === null) return DEFAULT_LIMITS.anonymous;
  const identified = identifiedOf(identity);
  return identified?.limit ?? DEFAULT_LIMITS[identified?.role ?? "client"];
}
