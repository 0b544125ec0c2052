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
import { keyFilter } from "./subjects.ts";

/** Lists keys. */
export interface KeyLister {
  /** Keys that have a value, in the order in which they got it. @throws {BusError} */
  keys(): AsyncIterable<string>;
}

/** Opens a lister of one bucket of the bus's realm. */
export function openKeyLister(bus: Bus, bucket: BucketPurpose): KeyLister {
  const { realm } = bus;
  const loss = watchLoss(bus);
  const asked = bucketGetSubject(realm, bucket), subject = keyFilter(realm, bucket);
  // All but the wildcard stands before each key.
  const { length } = subject.slice(0, -1);
  return {
    async *keys() {
      for await (const message of readBatches(bus, { asked, subject, from: 1, loss })) {
        if (!isMarker(message.header)) yield message.subject.slice(length);
      }
    },
  };
}
