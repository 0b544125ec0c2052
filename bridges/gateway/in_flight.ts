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

/** How many of one caller run. */
interface Taken {
  count: number;
}

/** Callers that are remembered without having anything running: so long is their table not made anew. */
const KEPT = 1_024;

/** Creates places, all of them free. */
export function createPlaces(limits: LiveLimitsByRole): TakePlace {
  // By role: names of nodes and of keys are told apart, however alike they look.
  const taken = { calls: tables(), streams: tables() };
  return ({ caller, source }, kind) => {
    const role = caller?.role ?? "anonymous";
    const place = takenBy(taken[kind][role], caller?.identity.id ?? source);
    if (place.count >= limits[role][kind]) {
      throw new CallError("RATE_LIMITED", `too many ${kind} at a time`, { retry_after: 1 });
    }
    place.count += 1;
    let isFree = false;
    return () => {
      if (isFree) return;
      isFree = true;
      place.count -= 1;
    };
  };
}

type Tables = Readonly<Record<keyof LiveLimitsByRole, Map<string, Taken>>>;

function tables(): Tables {
  return { node: new Map(), client: new Map(), anonymous: new Map() };
}

/** What is counted for somebody. Those of whom nothing runs are forgotten when there are many. */
function takenBy(table: Map<string, Taken>, id: string): Taken {
  const known = table.get(id);
  if (known !== undefined) return known;
  if (table.size >= KEPT) {
    for (const [key, { count }] of table) if (count === 0) table.delete(key);
  }
  const made = { count: 0 };
  table.set(id, made);
  return made;
}
