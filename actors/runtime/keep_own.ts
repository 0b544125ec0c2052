/**
 * Keeps the actors that work on the node that owns them, however the nodes change.
 *
 * @module
 */
import { type Address, backOff, type Bus, BusError, type Membership } from "@hub/bus";
import type { DutyHooks } from "./actor_duties.ts";
import type { Listed } from "./overdue.ts";
import { persistently } from "./persistently.ts";
import type { Residents } from "./residents.ts";

/** What is needed for that. */
export interface KeepOwnOptions {
  readonly bus: Pick<Bus, "onStatus">;
  readonly membership: Pick<Membership, "onChange">;
  readonly active: Listed;
  readonly residents: Pick<Residents, "activate" | "behind" | "releaseForeign" | "rearmLate">;
  readonly isOwn: (address: Address) => boolean;
  readonly onError: NonNullable<DutyHooks["onError"]>;
  /** For what was missed, e.g. because its kind was unknown here. Default 30,000. */
  readonly sweepMs?: number;
}

/** Keeps them until it is disposed of. */
export interface Keeper extends AsyncDisposable {
  /** Brings one actor into memory if it is this node's, however long that takes. */
  awaken(address: Address): void;
}

/** How often that is, unless told. */
export const SWEEP_MS = 30_000;
/** Actors that are activated at a time. */
const WIDTH = 32;
/** Actors that are compared with their logs at a time. */
const CHUNK = 1_000;

/**
 * Looks for them now, whenever the nodes change or the connection is there again, and now and then.
 *
 * Each look goes on until it has seen all there is: the next change may be far away. Those in memory
 * are looked at as well, as another node may have carried them on meanwhile; this one would not know
 * of what has to be done for them.
 */
export function keepOwn(options: KeepOwnOptions): Keeper {
  const { bus, membership, active, residents, isOwn, onError, sweepMs = SWEEP_MS } = options;
  const closing = new AbortController();
  const { signal } = closing;
  const awakening = new Set<Promise<void>>();
  let again = false;
  let looking: Promise<void> | undefined;

  async function activate(address: Address): Promise<void> {
    try {
      await persistently(async () => {
        if (isOwn(address)) await residents.activate(address);
      }, signal);
    } catch (error) {
      if (!signal.aborted) onError(error, { address });
    }
  }

  async function lookAtAll(): Promise<void> {
    const underWay = new Set<Promise<void>>();
    const lookAt = async (some: readonly Address[]) => {
      for (const address of await residents.behind(some)) {
        if (signal.aborted) break;
        const activating = activate(address).finally(() => underWay.delete(activating));
        underWay.add(activating);
        if (underWay.size >= WIDTH) await Promise.race(underWay);
      }
    };
    try {
      let some: Address[] = [];
      for await (const address of active.list(() => again)) {
        if (signal.aborted) break;
        if (isOwn(address)) some.push(address);
        if (some.length < CHUNK) continue;
        await lookAt(some);
        some = [];
      }
      await lookAt(some);
    } finally {
      await Promise.all(underWay);
    }
  }

  async function look(): Promise<void> {
    for (let tries = 1; again && !signal.aborted; tries++) {
      again = false;
      try {
        await lookAtAll();
        tries = 0;
      } catch (error) {
        again = true;
        // A lost connection is known to everybody; anything else is said once.
        const isKnown = error instanceof BusError && error.retryable;
        if (tries === 1 && !isKnown && !signal.aborted) onError(error, {});
        await backOff(tries, signal).catch(() => undefined);
      }
    }
    looking = undefined;
  }

  function check(): void {
    if (signal.aborted) return;
    residents.releaseForeign();
    residents.rearmLate();
    again = true;
    looking ??= look();
  }

  const forget = [
    membership.onChange(check),
    bus.onStatus((status) => {
      if (status === "connected") check();
    }),
  ];
  const timer = setInterval(check, sweepMs);
  check();
  return {
    awaken(address) {
      if (signal.aborted) return;
      const activating = activate(address).finally(() => awakening.delete(activating));
      awakening.add(activating);
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      for (const one of forget) one();
      clearInterval(timer);
      await looking;
      await Promise.all(awakening);
    },
  };
}
