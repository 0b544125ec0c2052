/**
 * Copies of whole streams, with their sequences and consumers, in the form in which the server itself
 * makes and takes them; the `nats` tool reads and writes the same.
 *
 * @module
 */
import { jetstreamManager } from "@nats-io/jetstream";
import { createInbox, type Msg, type MsgHdrs } from "@nats-io/nats-core";
import type { Bus } from "./connect.ts";
import { BusError } from "./errors.ts";
import { type BucketPurpose, BUCKETS, type StreamPurpose, STREAMS } from "./purposes.ts";
import { restoreSubject, snapshotSubjectOf } from "./server_subjects.ts";
import { bucketStreamName, inboxPrefix, streamName } from "./subjects.ts";

/**
 * What has to be kept, in the order in which it is copied: the log last, for all else is read from it,
 * and `WAITING` after `ACTIVE`, as an actor stands in the one before it leaves the other.
 */
export const KEPT = [
  "SNAPSHOTS",
  "ACTIVE",
  "WAITING",
  "TIMERS",
  "CALLS",
  "EVENTS",
] as const satisfies readonly (
  StreamPurpose | BucketPurpose
)[];

/** What is made anew by those who are there: who is alive, what they offer, what lasts for seconds. */
export const NOT_KEPT = [
  "CHUNKS",
  "NODES",
  "SPOKES",
  "SPECS",
  "TICKETS",
] as const satisfies readonly (
  StreamPurpose | BucketPurpose
)[];

/** What a stream was like when it was copied, as the server says it. */
export interface StreamCopy {
  readonly config: Readonly<Record<string, unknown>>;
  readonly state: Readonly<Record<string, unknown>>;
}

/** How much of a copy is sent at a time. */
const CHUNK_BYTES = 128 * 1024;
/** How long the server may take over one chunk. */
const TIMEOUT_MS = 30_000;

/** Name of the stream behind a purpose. */
export function keptStreamName(realm: string, purpose: StreamPurpose | BucketPurpose): string {
  const stream = STREAMS.find((it) => it === purpose);
  const bucket = BUCKETS.find((it) => it === purpose);
  if (stream !== undefined) return streamName(realm, stream);
  if (bucket !== undefined) return bucketStreamName(realm, bucket);
  throw new RangeError(`Cannot name the stream of ${purpose}: there is none`);
}

/** Names of the streams of a realm that are there. */
export async function existingStreams({ connection, realm }: Bus): Promise<string[]> {
  const own = new Set([
    ...STREAMS.map((stream) => streamName(realm, stream)),
    ...BUCKETS.map((bucket) => bucketStreamName(realm, bucket)),
  ]);
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const found: string[] = [];
  for await (const name of manager.streams.names()) if (own.has(name)) found.push(name);
  return found;
}

/**
 * Copies a stream; `write` gets it piece by piece and may take its time.
 *
 * @throws {BusError} `STREAM_REFUSED` if the server cannot, or a piece is missing; `TIMEOUT` if it falls
 *   silent; `DISCONNECTED` if the connection was lost meanwhile, also if it is there again.
 */
export async function copyStream(
  { connection, realm, requests, onStatus }: Bus,
  name: string,
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<StreamCopy> {
  const inbox = createInbox(inboxPrefix(realm));
  const arrived: Msg[] = [];
  let wake = () => {}, isLost = false;
  // The server sends on meanwhile, and at last says that this was all.
  const forget = onStatus((status) => {
    if (status !== "connected") isLost = true;
    wake();
  });
  const subscription = connection.subscribe(inbox, {
    callback(error, message) {
      if (error === null) arrived.push(message);
      wake();
    },
  });
  try {
    const asked = JSON.stringify({ deliver_subject: inbox, chunk_size: CHUNK_BYTES });
    const answer = await requests.request(snapshotSubjectOf(name), asked, {
      timeoutMs: TIMEOUT_MS,
    });
    const { config, state } = parseAnswer(answer, name);
    if (config === undefined || state === undefined) throw refused(name, "no state of it");
    for (let index = 1;; index++) {
      if (!isLost && arrived.length === 0) await arrival(name, (resume) => wake = resume);
      if (isLost) throw lost(name);
      const chunk = arrived.shift();
      if (chunk === undefined) throw refused(name, "nothing arrived");
      if (chunk.data.length === 0) {
        refuseStatus(chunk.headers, name);
        return { config, state };
      }
      refuseHole(chunk, { index, name });
      await write(chunk.data);
      // The server sends no more than a few that were not acknowledged.
      if (chunk.reply) connection.publish(chunk.reply);
    }
  } finally {
    forget();
    subscription.unsubscribe();
  }
}

async function arrival(name: string, onArrival: (resume: () => void) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  onArrival(resolve);
  const timer = setTimeout(
    () => reject(new BusError("TIMEOUT", `Cannot copy ${name}: the server fell silent`)),
    TIMEOUT_MS,
  );
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** The server ends the subject of each acknowledgement with the number of the piece, from one on. */
function refuseHole({ reply = "" }: Msg, { index, name }: { index: number; name: string }): void {
  const number = /\.(\d+)$/.exec(reply)?.[1];
  if (number === undefined || Number(number) === index) return;
  throw refused(name, `piece ${number} came in place of ${index}`);
}

/** How a copy becomes a stream again. */
export interface PasteOptions {
  readonly copy: StreamCopy;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Copies of the stream on the servers that are there now. */
  readonly replicas: number;
}

/**
 * Makes a stream of a copy.
 *
 * @throws {BusError} `STREAM_REFUSED` if there is such a stream, or the copy is damaged.
 */
export async function pasteStream(
  { requests }: Bus,
  name: string,
  { copy: { config, state }, chunks, replicas }: PasteOptions,
): Promise<void> {
  const asked = JSON.stringify({ config: { ...config, num_replicas: replicas }, state });
  const options = { timeoutMs: TIMEOUT_MS };
  const answer = await requests.request(restoreSubject(name), asked, options);
  const { deliver_subject: target } = parseAnswer(answer, name);
  if (typeof target !== "string") throw refused(name, "no place for it");
  for await (const whole of chunks) {
    for (let at = 0; at < whole.length; at += CHUNK_BYTES) {
      const taken = await requests.request(target, whole.subarray(at, at + CHUNK_BYTES), options);
      refuseStatus(taken.headers, name);
      if (taken.data.length > 0) parseAnswer(taken, name);
    }
  }
  parseAnswer(await requests.request(target, new Uint8Array(), options), name);
}

interface Answer {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly state?: Readonly<Record<string, unknown>>;
  readonly deliver_subject?: unknown;
  readonly error?: { readonly description?: unknown };
}

function parseAnswer(message: Msg, name: string): Answer {
  const text = message.string();
  if (text.startsWith("+OK") || text === "") return {};
  const answer: Answer = JSON.parse(text);
  if (answer.error !== undefined) throw refused(name, String(answer.error.description));
  return answer;
}

function refuseStatus(headers: MsgHdrs | undefined, name: string): void {
  const code = headers?.code ?? 0;
  if (code >= 300) throw refused(name, headers?.description ?? String(code));
}

function lost(name: string): BusError {
  return new BusError("DISCONNECTED", `Cannot copy ${name}: the connection to NATS was lost`);
}

function refused(name: string, why: string): BusError {
  return new BusError("STREAM_REFUSED", `Cannot copy ${name}: ${why}`);
}
