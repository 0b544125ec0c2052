import { type Bus, type openBucket, openKeyLister, parseSpecKey, specKey } from "@hub/bus";
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
        await bucket.delete(specKey(hash), { previousSeq: revision });
        return true;
      } catch {
        return false; // Somebody has put it again; or it is there for another round.
      }
    },
  };
}
