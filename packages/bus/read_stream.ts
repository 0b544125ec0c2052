/**
 * Reads what a stream holds of one subject, without a consumer on the server.
 *
 * @module
 */
import { createInbox } from "@nats-io/nats-core";
import type { Bus } from "./connect.ts";
import { type DirectBatch, directBatch, type FoundMessage } from "./direct_batch.ts";
import { BusError, StatusError } from "./errors.ts";
import type { StreamPurpose } from "./purposes.ts";
import { rawHeaders } from "./raw_headers.ts";
import { directGetSubject } from "./server_subjects.ts";
import { inboxPrefix } from "./subjects.ts";

/** A message as a stream holds it. */
export interface StoredMessage {
  readonly seq: number;
  readonly subject: string;
  readonly data: Uint8Array;
  /** When the server stored it. */
  readonly time: Date;
  /** Value of a header; empty if there is none. */
  header(name: string): string;
}

/** Reads the streams of one realm. */
export interface StreamReader {
  /**
   * Messages of a subject from `from` on, in order, up to the last one at the time; a time is that of
   * the server.
   */
  read(
    stream: StreamPurpose,
    options: { readonly subject: string; readonly from?: number | Date },
  ): AsyncIterable<StoredMessage>;
  /** The last message of a subject, if there is one. */
  last(stream: StreamPurpose, subject: string): Promise<StoredMessage | undefined>;
}

/** Messages, and bytes, that the server sends at once. */
const BATCH = 256, BATCH_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 5_000;
const NOT_FOUND = 404;

/**
 * Opens a reader. It may be answered by a server that is behind the others: what was read last is
 * not always the last there is, which a fenced publish finds out.
 *
 * Reading throws a {@linkcode BusError} that is retryable when the server cannot be reached.
 */
export function openStreamReader(bus: Bus): Promise<StreamReader> {
  const loss = watchLoss(bus);
  const asked = (stream: StreamPurpose) => directGetSubject(bus.realm, stream);
  return Promise.resolve({
    read: (stream, { subject, from = 1 }) =>
      readBatches(bus, { asked: asked(stream), subject, from, loss }),
    async last(stream, subject) {
      try {
        const message = await bus.requests.request(`${asked(stream)}.${subject}`, "", {
          timeoutMs: TIMEOUT_MS,
        });
        const headers = rawHeaders(message);
        if (headers === undefined) throw odd(subject);
        return storedMessage({ data: message.data, headers });
      } catch (error) {
        if (error instanceof StatusError && error.status === NOT_FOUND) return undefined;
        throw error;
      }
    },
  });
}

function odd(subject: string): BusError {
  return new BusError("TIMEOUT", `Cannot read ${subject}: the stream does not answer as it should`);
}

/** Signal that aborts when the connection is lost. @throws {BusError} when it is lost already. */
export type Loss = (subject: string) => AbortSignal;

/** What was asked before the connection was lost, or meanwhile, is not answered after it. */
export function watchLoss(bus: Bus): Loss {
  let connected = new AbortController();
  const lost = (subject: string) => {
    const code = bus.status === "closed" ? "CLOSED" : "DISCONNECTED";
    return new BusError(code, `Cannot read ${subject}: there is no connection to NATS`);
  };
  bus.onStatus((status) => {
    if (status === "connected") connected = new AbortController();
    else connected.abort(lost("on"));
  });
  return (subject) => {
    if (bus.status !== "connected") throw lost(subject);
    return connected.signal;
  };
}

/** What is read, and from where. */
export interface ReadOptions {
  /** Where the server is asked for it. */
  readonly asked: string;
  readonly subject: string;
  readonly from: number | Date;
  readonly loss: Loss;
}

/** Reads many messages with few requests, in order, up to the last one at the time. */
export async function* readBatches(
  { connection, realm }: Bus,
  { asked, subject, from, loss }: ReadOptions,
): AsyncGenerator<StoredMessage> {
  const ask = (start: number | Date, signal: AbortSignal) => {
    const place = typeof start === "number" ? { seq: start } : { start_time: start.toISOString() };
    const request = { ...place, next_by_subj: subject, batch: BATCH, max_bytes: BATCH_BYTES };
    const inbox = createInbox(inboxPrefix(realm));
    return directBatch(connection, request, {
      ...{ subject: asked, inbox, timeoutMs: TIMEOUT_MS, signal },
    });
  };
  const left = new AbortController();
  let batch: Promise<DirectBatch> | undefined = ask(from, loss(subject));
  try {
    while (batch !== undefined) {
      const { messages, more }: DirectBatch = await batch;
      const last = messages.at(-1);
      // Asked for before these are used: so the server reads while the reader works.
      batch = more && last !== undefined
        ? ask(sequenceOf(last) + 1, AbortSignal.any([loss(subject), left.signal]))
        : undefined;
      // Thrown when it is its turn.
      batch?.catch(() => undefined);
      for (const message of messages) yield storedMessage(message);
    }
  } finally {
    left.abort();
    // Nothing of it is left behind, nor of interest.
    await batch?.catch(() => undefined);
  }
}

// The server's own comes after one of the same name that was stored with the message.
function sequenceOf({ headers }: FoundMessage): number {
  return Number(headers.last("Nats-Sequence"));
}

/** What the server says of a message, it says in headers. */
function storedMessage(found: FoundMessage): StoredMessage {
  const { data, headers } = found;
  return {
    seq: sequenceOf(found),
    get subject() {
      return headers.last("Nats-Subject");
    },
    data,
    get time() {
      return new Date(headers.last("Nats-Time-Stamp"));
    },
    header: (name) => headers.first(name),
  };
}
