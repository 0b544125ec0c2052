/**
 * Several messages that one stream stores together or not at all.
 *
 * @module
 */
import type { MsgHdrs, Payload } from "@nats-io/nats-core";
import { MsgHdrsImpl } from "@nats-io/nats-core";
import { type PublishConditions, publishHeaders, set } from "./publish_headers.ts";

/** One message of a batch. */
export interface BatchMessage extends PublishConditions {
  readonly subject: string;
  readonly payload: Payload;
}

/** The server's own limit. */
export const MAX_BATCH_LENGTH = 1_000;

const BATCH_ID = "Nats-Batch-Id";
const BATCH_SEQUENCE = "Nats-Batch-Sequence";
const BATCH_COMMIT = "Nats-Batch-Commit";

/** A message ready to be sent. */
export interface Outgoing {
  readonly subject: string;
  readonly payload?: Payload | undefined;
  readonly headers?: MsgHdrs | undefined;
}

/**
 * Spells a batch: what goes first, without an answer, and the message that commits and is answered.
 *
 * Written by hand, because the client's batches drop the conditions of all messages but the first.
 *
 * @throws {RangeError} If there are no messages, too many, or a condition cannot be spelled.
 */
export function spellBatch(
  messages: readonly BatchMessage[],
  batchId: string,
): { readonly before: readonly Outgoing[]; readonly last: Outgoing } {
  const last = messages.at(-1);
  if (last === undefined || messages.length > MAX_BATCH_LENGTH) {
    throw new RangeError(
      `Cannot publish ${messages.length} messages together: 1 to ${MAX_BATCH_LENGTH} are allowed`,
    );
  }
  // One message is atomic by itself, and much faster so.
  if (messages.length === 1) return { before: [], last: spell(last, publishHeaders(last)) };
  const before = messages.slice(0, -1).map((one, i) => spell(one, batched(one, batchId, i + 1)));
  const headers = batched(last, batchId, messages.length);
  set(headers, BATCH_COMMIT, "1");
  return { before, last: spell(last, headers) };
}

function batched(message: BatchMessage, batchId: string, sequence: number): MsgHdrsImpl {
  const headers = publishHeaders(message) ?? new MsgHdrsImpl();
  set(headers, BATCH_ID, batchId);
  set(headers, BATCH_SEQUENCE, String(sequence));
  return headers;
}

function spell({ subject, payload }: BatchMessage, headers: MsgHdrs | undefined): Outgoing {
  return { subject, payload, headers };
}
