/**
 * Reads sets of operations from bucket `SPECS`, many with one request: a node that joins may have to
 * read ten thousand.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { type Bus, readKeys, specKey } from "@hub/bus";
import { readSpecSet, type SpecSet } from "./spec_set.ts";
import type { UnpackedSets } from "./unpacked_sets.ts";

/** Reads sets. */
export interface StoredSets {
  /** @throws {BusError} @throws {Error} when there is none, or it is damaged. */
  read(hash: string): Promise<SpecSet>;
}

/** Creates what reads the sets of the bus's realm. */
export function createStoredSets(bus: Bus, unpacked: UnpackedSets): StoredSets {
  let wanted = new Map<string, PromiseWithResolvers<SpecSet>>();
  const reading = new Map<string, Promise<SpecSet>>();

  /** All that was asked for in one turn of the event loop. */
  async function readWanted(): Promise<void> {
    const asked = wanted;
    wanted = new Map();
    try {
      const keys = Array.from(asked.keys(), specKey);
      const values = await readKeys(bus, { bucket: "SPECS", keys });
      for (const [hash, { resolve, reject }] of asked) {
        try {
          resolve(setOf(hash, values.get(specKey(hash))));
        } catch (error) {
          reject(error);
        }
      }
    } catch (error) {
      for (const { reject } of asked.values()) reject(error);
    }
  }

  function setOf(hash: string, value: Uint8Array | undefined): SpecSet {
    if (value === undefined) throw new Error(`There is no set of operations ${hash}`);
    // A copy: what was received lies in a larger piece of memory, which is not to be kept.
    const set = readSpecSet(value.slice(), unpacked);
    if (set.hash !== hash) throw new Error(`The set of operations ${hash} is another one`);
    return set;
  }

  return {
    read(hash) {
      const known = reading.get(hash);
      if (known !== undefined) return known;
      const read = Promise.withResolvers<SpecSet>();
      if (wanted.size === 0) setImmediate(() => void readWanted());
      wanted.set(hash, read);
      const settled = read.promise.finally(() => reading.delete(hash));
      reading.set(hash, settled);
      return settled;
    },
  };
}
