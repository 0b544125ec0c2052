/**
 * Asks a stream for messages directly, many with one request and without a consumer.
 *
 * The client's own way leaves its subscription behind, one for each request.
 *
 * @module
 */
import type { NatsConnection } from "@nats-io/nats-core";
import { encodeJson } from "./codec.ts";
import { BusError } from "./errors.ts";
import { type RawHeaders, rawHeaders } from "./raw_headers.ts";

/** What is asked for, in the server's words: one subject from a place on, or the last of many. */
export type DirectBatchRequest =
  & { readonly batch: number; readonly max_bytes: number }
  & (
    | { readonly seq: number; readonly next_by_subj: string }
    | { readonly start_time: string; readonly next_by_subj: string }
    | { readonly multi_last: readonly string[] }
  );

/** A message as it was found. */
export interface FoundMessage {
  readonly data: Uint8Array;
  readonly headers: RawHeaders;
}

/** Some messages, in order. */
export interface DirectBatch {
  readonly messages: readonly FoundMessage[];
  /** Whether there are more after these. */
  readonly more: boolean;
  /** Up to where the server that answered knew the stream, if these are the last of many and some. */
  readonly upTo: number;
}

/** Where it is asked, and how long that may take. */
export interface DirectBatchOptions {
  /** Of the stream. */
  readonly subject: string;
  /** Where the messages are to go. */
  readonly inbox: string;
  /** From one message to the next. */
  readonly timeoutMs: number;
  /** Aborts when the connection is lost. */
  readonly signal: AbortSignal;
}

const OK = 0, END_OF_BATCH = 204, NOT_FOUND = 404;

/**
 * Asks for messages.
 *
 * @throws {BusError} `TIMEOUT`, or the reason of the signal.
 */
export async function directBatch(
  connection: NatsConnection,
  request: DirectBatchRequest,
  { subject, inbox, timeoutMs, signal }: DirectBatchOptions,
): Promise<DirectBatch> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<DirectBatch>();
  const messages: FoundMessage[] = [];
  let heardAt = performance.now();
  const subscription = connection.subscribe(inbox, {
    callback(error, message) {
      if (error !== null) return reject(error);
      heardAt = performance.now();
      const headers = rawHeaders(message);
      switch (headers?.code) {
        case OK:
          return void messages.push({ data: message.data, headers });
        case END_OF_BATCH:
          return resolve({
            messages,
            more: Number(headers.first("Nats-Num-Pending")) > 0,
            upTo: Number(headers.first("Nats-UpTo-Sequence")),
          });
        case NOT_FOUND:
          return resolve({ messages, more: false, upTo: 0 });
        default:
          return reject(refused(subject, headers));
      }
    },
  });
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const timer = setInterval(() => {
    if (performance.now() - heardAt < timeoutMs) return;
    const what = "multi_last" in request ? request.multi_last[0] : request.next_by_subj;
    reject(new BusError("TIMEOUT", `Cannot read ${what}: no answer in time`));
  }, timeoutMs / 10);
  try {
    connection.publish(subject, encodeJson(request), { reply: inbox });
    return await promise;
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", abort);
    subscription.unsubscribe();
  }
}

/** E.g. while the stream is being moved: it may be asked again. */
function refused(subject: string, headers: RawHeaders | undefined): BusError {
  const reason = headers === undefined ? "nobody there" : `${headers.code} ${headers.description}`;
  return new BusError("DISCONNECTED", `Cannot read through ${subject}: ${reason}`);
}
