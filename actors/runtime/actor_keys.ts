/**
 * Keys of actors in a bucket: put by whoever has the actor, removed by nobody but who put them last.
 *
 * @module
 */
import {
  activeKey,
  type Address,
  type BucketPurpose,
  type Bus,
  encodeJson,
  type KeyEntry,
  keySubject,
  MARKER_TTL_MS,
  openKeyLister,
  parseActiveKey,
  PURGE_HEADERS,
  WrongLastSequence,
} from "@hub/bus";

/** A key that was put. */
export interface ActorKey extends Pick<KeyEntry, "value" | "revision"> {
  readonly address: Address;
}

/** The keys of a realm's actors in one bucket. */
export interface ActorKeys {
  /** Puts the key and resolves with its revision once it is durable. @throws {BusError} */
  put(address: Address, value: unknown): Promise<number>;
  /** Removes the key, unless somebody has put it again since. @throws {BusError} */
  remove(address: Address, revision: number): Promise<void>;
  /** All that are there, or that of one actor. @throws {BusError} */
  list(of?: Address): AsyncIterable<ActorKey>;
}

/** Opens the keys. */
export function openActorKeys(
  bus: Bus,
  bucket: Extract<BucketPurpose, "ACTIVE" | "WAITING">,
): ActorKeys {
  const { realm, requests } = bus;
  const lister = openKeyLister(bus, bucket);
  const subjectOf = (address: Address) => keySubject(realm, bucket, activeKey(address));
  return {
    async put(address, value) {
      return (await requests.publish(subjectOf(address), encodeJson(value))).seq;
    },
    async remove(address, revision) {
      try {
        await requests.publish(subjectOf(address), new Uint8Array(), {
          expectedLastSubjectSequence: revision,
          headers: PURGE_HEADERS,
          rollup: "subject",
          // The marker goes as well, or every actor that ever had a key would stay for good.
          ttlMs: MARKER_TTL_MS,
        });
      } catch (error) {
        if (!(error instanceof WrongLastSequence)) throw error;
      }
    },
    async *list(of) {
      for await (const { key, ...entry } of lister.entries(of && activeKey(of))) {
        const address = addressOf(key);
        if (address !== undefined) yield { address, ...entry };
      }
    },
  };
}

/** What no node wrote is nobody's. */
function addressOf(key: string): Address | undefined {
  try {
    return parseActiveKey(key);
  } catch {
    return undefined;
  }
}
