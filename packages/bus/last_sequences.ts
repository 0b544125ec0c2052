/**
 * Says where subjects of a stream end, of many of them with one request.
 *
 * @module
 */
import { createInbox } from "@nats-io/nats-core";
import { backOff } from "./back_off.ts";
import type { Bus } from "./connect.ts";
import { type DirectBatch, directBatch } from "./direct_batch.ts";
import { BusError } from "./errors.ts";
import { isLastAtLeader, leaderEnd } from "./leader_end.ts";
import type { StreamPurpose } from "./purposes.ts";
import { type Loss, watchLoss } from "./read_stream.ts";
import { directGetSubject } from "./server_subjects.ts";
import { inboxPrefix } from "./subjects.ts";

/** Subjects of which it is asked. */
export interface LastSequencesOptions {
  readonly stream: StreamPurpose;
  readonly subjects: readonly string[];
}

/** Knows where subjects end. */
export interface LastSequences {
  /**
   * The sequence of the last message of each subject: of a moment after the question, or later. What
   * has no messages is left out, and so is what nobody could say beyond doubt.
   *
   * @throws {BusError} that is retryable when the server cannot be reached, or has no leader.
   */
  of(options: LastSequencesOptions): Promise<ReadonlyMap<string, number>>;
  /**
   * Whether a subject has nothing after `seq`, beyond doubt.
   *
   * @throws {BusError} that is retryable when nobody can say so.
   */
  isLast(
    stream: StreamPurpose,
    options: { readonly subject: string; readonly seq: number },
  ): Promise<boolean>;
}

/** The server takes at most 1,024 subjects at once. */
const BATCH = 1_000, BATCH_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 5_000;
/** How often servers that are behind are asked. */
const ATTEMPTS = 3;

/** Opens it for the bus's realm. */
export function openLastSequences(bus: Bus): LastSequences {
  const loss = watchLoss(bus);
  return {
    async of({ stream, subjects }) {
      const found = new Map<string, number>();
      if (subjects.length === 0) return found;
      // Any copy of the stream answers what follows: one that has come so far knows of all that was
      // there when it was asked.
      const { lastSeq: end } = await leaderEnd(bus, stream);
      for (let at = 0; at < subjects.length; at += BATCH) {
        const batch = subjects.slice(at, at + BATCH);
        await readInto(found, { bus, loss, stream, subjects: batch, end });
      }
      return found;
    },
    async isLast(stream, { subject, seq }) {
      // A server without others cannot have a successor, and one question is enough.
      const isAlone = bus.connection.info?.cluster === undefined;
      if (isAlone) return await isLastAtLeader(bus, stream, { subject, seq });
      const { lastSeq: end, hasSubject } = await leaderEnd(bus, stream, { subject });
      if (!hasSubject) return true;
      if (seq === 0) return false;
      const found = new Map<string, number>();
      await readInto(found, { bus, loss, stream, subjects: [subject], end });
      const last = found.get(subject);
      if (last !== undefined) return last <= seq;
      throw new BusError("TIMEOUT", `Cannot read ${subject}: no server has come so far`);
    },
  };
}

interface Wanted extends LastSequencesOptions {
  readonly bus: Bus;
  readonly loss: Loss;
  readonly end: number;
}

async function readInto(found: Map<string, number>, wanted: Wanted): Promise<void> {
  let { subjects } = wanted;
  for (let behind = 0; behind < ATTEMPTS && subjects.length > 0;) {
    const { messages, more, upTo } = await ask(wanted, subjects);
    if (upTo < wanted.end) {
      await backOff(++behind);
      continue;
    }
    for (const { headers } of messages) {
      found.set(headers.last("Nats-Subject"), Number(headers.last("Nats-Sequence")));
    }
    if (!more || messages.length === 0) return;
    // The server stops at so many bytes.
    subjects = subjects.filter((subject) => !found.has(subject));
  }
}

function ask(
  { bus: { connection, realm }, loss, stream }: Wanted,
  subjects: readonly string[],
): Promise<DirectBatch> {
  const request = { multi_last: subjects, batch: BATCH, max_bytes: BATCH_BYTES };
  return directBatch(connection, request, {
    ...{ subject: directGetSubject(realm, stream), inbox: createInbox(inboxPrefix(realm)) },
    ...{ timeoutMs: TIMEOUT_MS, signal: loss(stream) },
  });
}
