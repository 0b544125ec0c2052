/**
 * Who has to be woken after a crash: a key in bucket `ACTIVE` for each actor with work under way.
 *
 * @module
 */
import {
  activeKey,
  type Address,
  type Bus,
  encodeJson,
  keySubject,
  MARKER_TTL_MS,
  openKeyLister,
  parseActiveKey,
  PURGE_HEADERS,
  WrongLastSequence,
} from "@hub/bus";

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
  const { realm, requests } = bus;
  const lister = openKeyLister(bus, "ACTIVE");
  const subjectOf = (address: Address) => keySubject(realm, "ACTIVE", activeKey(address));
  return {
    async mark(address) {
      return (await requests.publish(subjectOf(address), encodeJson({ node }))).seq;
    },
    async unmark(address, revision) {
      try {
        await requests.publish(subjectOf(address), new Uint8Array(), {
          expectedLastSubjectSequence: revision,
          headers: PURGE_HEADERS,
          rollup: "subject",
          // The marker goes as well, or every actor that ever worked would stay for good.
          ttlMs: MARKER_TTL_MS,
        });
      } catch (error) {
        if (!(error instanceof WrongLastSequence)) throw error;
      }
    },
    async *list() {
      for await (const key of lister.keys()) {
        const address = addressOf(key);
        if (address !== undefined) yield address;
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
