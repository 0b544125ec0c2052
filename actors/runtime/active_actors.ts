/**
 * Who has to be woken after a crash: a key in bucket `ACTIVE` for each actor with work under way.
 *
 * @module
 */
import type { Address, Bus } from "@hub/bus";
import { openActorKeys } from "./actor_keys.ts";

/** The keys of a realm's active actors. */
export interface ActiveActors {
  /** Puts the key and resolves with its revision once it is durable. @throws {BusError} */
  mark(address: Address): Promise<number>;
  /** Removes the key, unless somebody has put it again since. @throws {BusError} */
  unmark(address: Address, revision: number): Promise<void>;
  /** All that are marked. @throws {BusError} */
  list(): AsyncIterable<Address>;
}

/** Opens the keys; `node` stands in them for people who look. */
export function openActiveActors(bus: Bus, node: string): ActiveActors {
  const keys = openActorKeys(bus, "ACTIVE");
  return {
    mark: (address) => keys.put(address, { node }),
    unmark: (address, revision) => keys.remove(address, revision),
    async *list() {
      for await (const { address } of keys.list()) yield address;
    },
  };
}
