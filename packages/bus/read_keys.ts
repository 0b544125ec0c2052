/**
 * Reads many keys of a bucket with few requests.
 *
 * @module
 */
import { createInbox } from "@nats-io/nats-core";
import type { Bus } from "./connect.ts";
import { directBatch, type FoundMessage } from "./direct_batch.ts";
import { BusError } from "./errors.ts";
import type { BucketPurpose } from "./purposes.ts";
import { bucketGetSubject } from "./server_subjects.ts";
import { inboxPrefix, keySubject } from "./subjects.ts";

/** Keys that are asked for at once; the server takes at most 1,024. */
const BATCH = 256, BATCH_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 5_000;

/**
 * The values of keys, as far as there are any.
 *
 * @throws {BusError} that is retryable when the server cannot be reached.
 */
export async function readKeys(
  bus: Bus,
  { bucket, keys }: { readonly bucket: BucketPurpose; readonly keys: readonly string[] },
): Promise<ReadonlyMap<string, Uint8Array>> {
  const values = new Map<string, Uint8Array>();
  const batches: string[][] = [];
  for (let at = 0; at < keys.length; at += BATCH) batches.push(keys.slice(at, at + BATCH));
  await Promise.all(batches.map(async (batch) => {
    // The server stops at so many bytes: what it did not come to is asked for again.
    for (let missing = batch; missing.length > 0;) {
      const found = await readBatch(bus, bucket, missing);
      if (found.size === 0) return;
      for (const [key, value] of found) if (value !== undefined) values.set(key, value);
      missing = missing.filter((key) => !found.has(key));
    }
  }));
  return values;
}

/** Keys that were found, those without a value by now as well. */
async function readBatch(
  bus: Bus,
  bucket: BucketPurpose,
  keys: readonly string[],
): Promise<Map<string, Uint8Array | undefined>> {
  const { connection, realm } = bus;
  const bySubject = new Map(keys.map((key) => [keySubject(realm, bucket, key), key]));
  const request = { multi_last: [...bySubject.keys()], batch: BATCH, max_bytes: BATCH_BYTES };
  const loss = new AbortController();
  const forget = bus.onStatus((status) => {
    const code = status === "closed" ? "CLOSED" : "DISCONNECTED";
    if (status === "connected") return;
    loss.abort(new BusError(code, `Cannot read ${bucket}: there is no connection to NATS`));
  });
  try {
    const { messages } = await directBatch(connection, request, {
      ...{ subject: bucketGetSubject(realm, bucket), timeoutMs: TIMEOUT_MS, signal: loss.signal },
      inbox: createInbox(inboxPrefix(realm)),
    });
    return new Map(messages.flatMap((message) => {
      const key = bySubject.get(message.headers.last("Nats-Subject"));
      return key === undefined ? [] : [[key, valueOf(message)]];
    }));
  } finally {
    forget();
  }
}

function valueOf({ data, headers }: FoundMessage): Uint8Array | undefined {
  return isMarker((name) => headers.first(name)) ? undefined : data;
}

/** Whether a message stands where a key was deleted, or has expired. */
export function isMarker(header: (name: string) => string): boolean {
  return header("KV-Operation") !== "" || header("Nats-Marker-Reason") !== "";
}
