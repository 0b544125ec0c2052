/**
 * Keeps the actors that work on the node that owns them, however the nodes change.
 *
 * @module
 */
import type { Address, Membership } from "@hub/bus";
import type { ActiveActors } from "./active_actors.ts";
import type { DutyHooks } from "./actor_duties.ts";
import type { Residents } from "./residents.ts";

/** What is needed for that. */
export interface KeepOwnOptions {
  readonly membership: Membership;
  readonly active: ActiveActors;
  readonly residents: Residents;
  readonly isOwn: (address: Address) => boolean;
  readonly onError: NonNullable<DutyHooks["onError"]>;
  /** For what was missed, e.g. because its kind was unknown here. Default 30,000. */
  readonly sweepMs?: number;
}

const SWEEP_MS = 30_000;
/** Actors that are activated at a time. */
const WIDTH = 32;

/** Does so until it is disposed of: now, at each change of the nodes, and now and then. */
export function keepOwn(options: KeepOwnOptions): AsyncDisposable {
  const { membership, active, residents, isOwn, onError, sweepMs = SWEEP_MS } = options;
  let closed = false, again = false;
  let looking: Promise<void> | undefined;

  async function activate(address: Address): Promise<void> {
    try {
      await residents.activate(address);
    } catch (error) {
      if (!closed) onError(error, { address });
    }
  }

  async function lookOnce(): Promise<void> {
    const underWay = new Set<Promise<void>>();
    try {
      for await (const address of active.list()) {
        if (closed) break;
        if (!isOwn(address) || residents.has(address)) continue;
        const activating = activate(address).finally(() => underWay.delete(activating));
        underWay.add(activating);
        if (underWay.size >= WIDTH) await Promise.race(underWay);
      }
    } catch (error) {
      // Without a connection there is nothing to be seen; with the next change or sweep there is.
      if (!closed) onError(error, {});
    }
    await Promise.all(underWay);
  }

  async function look(): Promise<void> {
    do {
      again = false;
      await lookOnce();
    } while (again && !closed);
    looking = undefined;
  }

  function check(): void {
    if (closed) return;
    residents.releaseForeign();
    again = true;
    looking ??= look();
  }

  const forget = membership.onChange(check);
  const timer = setInterval(check, sweepMs);
  check();
  return {
    async [Symbol.asyncDispose]() {
      closed = true;
      forget();
      clearInterval(timer);
      await looking;
    },
  };
}
