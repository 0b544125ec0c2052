import {
  type Bus,
  keySubject,
  MARKER_TTL_MS,
  type openBucket,
  openKeyLister,
  parseSpecKey,
  PURGE_HEADERS,
  specKey,
  WrongLastSequence,
} from "@hub/bus";
import type { SetStore } from "./tidy_sets.ts";

type Bucket = Awaited<ReturnType<typeof openBucket>>;

/** Bucket `SPECS` as what is tidied. */
export function openSetStore(bus: Bus, bucket: Bucket): SetStore {
  const lister = openKeyLister(bus, "SPECS");
  return {
    async *list() {
      for await (const key of lister.keys()) yield parseSpecKey(key);
    },
    async read(hash) {
      const entry = await bucket.get(specKey(hash));
      if (entry === null || entry.operation !== "PUT") return undefined;
      return { bytes: entry.value, revision: entry.revision };
    },
    put: async (hash, bytes) => void await bucket.put(specKey(hash), bytes),
    async remove(hash, revision) {
      try {
        await bus.requests.publish(
          keySubject(bus.realm, "SPECS", specKey(hash)),
          new Uint8Array(),
          {
            expectedLastSubjectSequence: revision,
            headers: PURGE_HEADERS,
            rollup: "subject",
            ttlMs: MARKER_TTL_MS,
          },
        );
        return true;
      } catch (error) {
        if (error instanceof WrongLastSequence) return false; // Somebody has put it again.
        throw error;
      }
    },
  };
}
