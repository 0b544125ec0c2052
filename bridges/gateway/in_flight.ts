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

/** So many callers are remembered, though they have nothing running. */
const KEPT = 1_024;

/** Creates places, all of them free. */
export function createPlaces(limits: LiveLimitsByRole): TakePlace {
  // By role: names of nodes and of keys are told apart, however alike they look.
  const taken = { calls: tables(), streams: tables() };
  return ({ caller, source }, kind) => {
    const role = caller?.role ?? "anonymous";
    const place = taken[kind][role].of(caller?.identity.id ?? source);
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

function tables(): Readonly<Record<keyof LiveLimitsByRole, Table>> {
  return { node: new Table(), client: new Table(), anonymous: new Table() };
}

/** Callers of one role. */
class Table {
  readonly #taken = new Map<string, Taken>();
  /** With so many, those of whom nothing runs are forgotten. */
  #most = KEPT;

  /** What is counted for somebody. */
  of(id: string): Taken {
    const known = this.#taken.get(id);
    if (known !== undefined) return known;
    if (this.#taken.size >= this.#most) this.#forget();
    const made = { count: 0 };
    this.#taken.set(id, made);
    return made;
  }

  #forget(): void {
    for (const [id, { count }] of this.#taken) if (count === 0) this.#taken.delete(id);
    // As many as stay have to come before all are looked through again, however busy they are.
    this.#most = Math.max(KEPT, 2 * this.#taken.size);
  }
}
