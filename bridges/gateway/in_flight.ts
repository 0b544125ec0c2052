/**
 * How many requests of each caller may run at a time.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import type { Caller } from "../ports.ts";

/** Bounds of what one caller may have running. */
export interface LiveLimits {
  readonly calls: number;
  readonly streams: number;
}

/** Bounds by what a caller is. */
export type LiveLimitsByRole = Readonly<Record<Caller["role"] | "anonymous", LiveLimits>>;

/** The bounds that hold where none are given. */
export const LIVE_LIMITS: LiveLimitsByRole = {
  node: { calls: 512, streams: 128 },
  client: { calls: 64, streams: 16 },
  anonymous: { calls: 8, streams: 0 },
};

/** Whom bounds are counted for: an identity, or, without one, the address a request came from. */
export interface Origin {
  readonly caller: Caller | null;
  readonly source: string;
}

/** Takes a place for one request; calling the result gives it back. */
export type TakePlace = (origin: Origin, kind: keyof LiveLimits) => () => void;

/** Creates places, all of them free. */
export function createPlaces(limits: LiveLimitsByRole): TakePlace {
  const taken = new Map<string, number>();
  return ({ caller, source }, kind) => {
    const role = caller?.role ?? "anonymous";
    // Names of nodes and of keys are told apart, however alike they look.
    const key = `${kind}:${role}:${caller?.identity.id ?? source}`;
    const count = taken.get(key) ?? 0;
    if (count >= limits[role][kind]) {
      throw new CallError("RATE_LIMITED", `too many ${kind} at a time`, { retry_after: 1 });
    }
    taken.set(key, count + 1);
    let isFree = false;
    return () => {
      if (isFree) return;
      isFree = true;
      const left = (taken.get(key) ?? 1) - 1;
      if (left === 0) taken.delete(key);
      else taken.set(key, left);
    };
  };
}
