/**
 * Lists the keys of a bucket, without a consumer on the server: one that dies with its server would
 * leave whoever waits for it waiting.
 *
 * @module
 */
import type { Bus } from "./connect.ts";
import type { BucketPurpose } from "./purposes.ts";
import { isMarker } from "./read_keys.ts";
import { readBatches, watchLoss } from "./read_stream.ts";
import { bucketGetSubject } from "./server_subjects.ts";
import { keyFilter, keySubject } from "./subjects.ts";

/** A key, and what stands there. */
export interface KeyEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** By which it may be replaced, or removed, if nobody has done so before. */
  readonly revision: number;
}

/** Lists keys. */
export interface KeyLister {
  /** Keys that have a value, in the order in which they got it. @throws {BusError} */
  keys(): AsyncIterable<string>;
  /** The same with their values; of one key alone, if it is told. @throws {BusError} */
  entries(key?: string): AsyncIterable<KeyEntry>;
}

/** Opens a lister of one bucket of the bus's realm. */
export function openKeyLister(bus: Bus, bucket: BucketPurpose): KeyLister {
  const { realm } = bus;
  const loss = watchLoss(bus);
  const asked = bucketGetSubject(realm, bucket), all = keyFilter(realm, bucket);
  // All but the wildcard stands before each key.
  const { length } = all.slice(0, -1);

  async function* entries(key?: string) {
    const subject = key === undefined ? all : keySubject(realm, bucket, key);
    for await (const message of readBatches(bus, { asked, subject, from: 1, loss })) {
      const { data: value, seq: revision } = message;
      if (isMarker(message.header)) continue;
      yield { key: message.subject.slice(length), value, revision };
    }
  }

  return {
    entries,
    async *keys() {
      for await (const { key } of entries()) yield key;
    },
  };
}
