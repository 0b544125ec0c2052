/**
 * Where spokes are, as bucket `SPOKES` says it.
 *
 * @module
 */
import { type Bus, decodeJson, openKeyLister, parseSpokeKey, readKeys } from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

/** A place, and the set of operations that is offered there. */
export interface StoredPlace {
  readonly node: string;
  /** Which life of that node. */
  readonly nodeEpoch: number;
  readonly hash: string;
}

/** Reads all of them, as they are stored by now. */
export interface StoredPlaces {
  /** @throws {BusError} */
  read(): Promise<StoredPlace[]>;
}

const Place = Type.Object({
  node: Type.String({ maxLength: 128 }),
  epoch: Type.Integer({ minimum: 1 }),
  set: Type.String({ maxLength: 64 }),
});
const places = TypeCompiler.Compile(Place);

/** Opens what reads the places of the bus's realm. */
export function openStoredPlaces(bus: Bus): StoredPlaces {
  const bucket = "SPOKES", lister = openKeyLister(bus, bucket);
  return {
    async read() {
      const keys: string[] = [];
      for await (const key of lister.keys()) keys.push(key);
      const values = await readKeys(bus, { bucket, keys });
      return [...values.values()].flatMap((value) => placeOf(value) ?? []);
    },
  };
}

/** The spoke that a key belongs to. */
export function peerOf(key: string): string | undefined {
  try {
    return parseSpokeKey(key);
  } catch {
    return undefined; // No hub has written that.
  }
}

/** The place that is stored. */
export function placeOf(bytes: Uint8Array): StoredPlace | undefined {
  try {
    const value = decodeJson(bytes, { maxBytes: 1024 });
    if (!places.Check(value)) return undefined;
    return { node: value.node, nodeEpoch: value.epoch, hash: value.set };
  } catch {
    return undefined;
  }
}
