/**
 * Asks a stream for messages directly, many with one request and without a consumer.
 *
 * The client's own way leaves its subscription behind, one for each request.
 *
 * @module
 */
import type { Msg, NatsConnection } from "@nats-io/nats-core";
import { encodeJson } from "./codec.ts";
import { BusError } from "./errors.ts";

/** What is asked for, in the server's words. */
export interface DirectBatchRequest {
  readonly seq: number;
  readonly next_by_subj: string;
  readonly batch: number;
  readonly max_bytes: number;
}

/** Some messages, in order. */
export interface DirectBatch {
  readonly messages: readonly Msg[];
  /** Whether there are more after these. */
  readonly more: boolean;
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
  const messages: Msg[] = [];
  let heardAt = performance.now();
  const subscription = connection.subscribe(inbox, {
    callback(error, message) {
      if (error !== null) return reject(error);
      heardAt = performance.now();
      switch (message.headers?.code) {
        case OK:
          return void messages.push(message);
        case END_OF_BATCH:
          return resolve({ messages, more: isMore(message) });
        case NOT_FOUND:
          return resolve({ messages, more: false });
        default:
          return reject(refused(subject, message));
      }
    },
  });
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const timer = setInterval(() => {
    if (performance.now() - heardAt < timeoutMs) return;
    reject(new BusError("TIMEOUT", `Cannot read ${request.next_by_subj}: no answer in time`));
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

function isMore({ headers }: Msg): boolean {
  return Number(headers?.get("Nats-Num-Pending")) > 0;
}

/** E.g. while the stream is being moved: it may be asked again. */
function refused(subject: string, { headers }: Msg): BusError {
  const reason = headers === undefined ? "nobody there" : `${headers.code} ${headers.description}`;
  return new BusError("DISCONNECTED", `Cannot read through ${subject}: ${reason}`);
}
