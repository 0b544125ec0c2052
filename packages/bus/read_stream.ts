/**
 * Reads what a stream holds of one subject, without a consumer on the server.
 *
 * @module
 */
import { type JetStreamManager, jetstreamManager, type StoredMsg } from "@nats-io/jetstream";
import { TimeoutError } from "@nats-io/nats-core";
import type { Bus } from "./connect.ts";
import { BusError } from "./errors.ts";
import type { StreamPurpose } from "./purposes.ts";
import { streamName } from "./subjects.ts";
import { within } from "./within.ts";

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
  /** Messages of a subject from `from` on, in order, up to the last one at the time. */
  read(
    stream: StreamPurpose,
    options: { readonly subject: string; readonly from?: number },
  ): AsyncIterable<StoredMessage>;
  /** The last message of a subject, if there is one. */
  last(stream: StreamPurpose, subject: string): Promise<StoredMessage | undefined>;
}

/** Messages that the server sends at once. */
const BATCH = 256;
const TIMEOUT_MS = 5_000;
const NOT_FOUND = 404;

/**
 * Opens a reader. It may be answered by a server that is behind the others: what was read last is
 * not always the last there is, which a fenced publish finds out.
 */
export async function openStreamReader(bus: Bus): Promise<StreamReader> {
  const manager = await jetstreamManager(bus.connection, { checkAPI: false });
  return {
    read: (stream, { subject, from = 1 }) =>
      readBatches(manager, { stream: streamName(bus.realm, stream), subject, from }),
    async last(stream, subject) {
      const name = streamName(bus.realm, stream);
      try {
        const message = await manager.direct.getMessage(name, { last_by_subj: subject });
        return message === null ? undefined : storedMessage(message);
      } catch (error) {
        throw readFailure(error, subject);
      }
    },
  };
}

interface ReadOptions {
  readonly stream: string;
  readonly subject: string;
  readonly from: number;
}

async function* readBatches(
  { direct }: JetStreamManager,
  { stream, subject, from }: ReadOptions,
): AsyncGenerator<StoredMessage> {
  for (let seq = from;;) {
    const batch = await direct.getBatch(stream, { seq, batch: BATCH, next_by_subj: subject })
      .catch((error) => {
        throw readFailure(error, subject);
      });
    let count = 0;
    for await (const message of inTime(batch, subject)) {
      count++;
      seq = message.seq + 1;
      yield storedMessage(message);
    }
    if (count < BATCH) return;
  }
}

/** The client waits for ever for the rest of a batch whose server went away. */
async function* inTime(
  batch: AsyncIterable<StoredMsg>,
  subject: string,
): AsyncGenerator<StoredMsg> {
  const messages = batch[Symbol.asyncIterator]();
  const late = () => new BusError("TIMEOUT", `Cannot read ${subject}: no answer in time`);
  try {
    for (;;) {
      const next = await within(messages.next(), { timeoutMs: TIMEOUT_MS, late });
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    // There is nothing at or after that sequence.
    if (error instanceof Error && "code" in error && error.code === NOT_FOUND) return;
    throw readFailure(error, subject);
  } finally {
    await messages.return?.();
  }
}

function storedMessage({ seq, subject, data, time, header }: StoredMsg): StoredMessage {
  return { seq, subject, data, time, header: (name) => header.get(name) };
}

/** Reading changes nothing: whatever went wrong, it may be tried again. */
function readFailure(error: unknown, subject: string): unknown {
  if (error instanceof BusError) return error;
  const code = error instanceof TimeoutError ? "TIMEOUT" : "DISCONNECTED";
  const reason = error instanceof Error ? error.message : String(error);
  return new BusError(code, `Cannot read ${subject}: ${reason}`, { cause: error });
}
