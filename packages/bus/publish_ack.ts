/**
 * Reads what JetStream answers to a publish.
 *
 * @module
 */
import { JetStreamApiCodes } from "@nats-io/jetstream";
import { BusError, JetStreamRefusal, WrongLastSequence } from "./errors.ts";

/** JetStream has stored the message. */
export interface PublishAck {
  readonly stream: string;
  /** Sequence of the message in the stream; of a batch, of its last one. */
  readonly seq: number;
  /** Its id was seen before: nothing was stored, and `seq` is the earlier message's. */
  readonly duplicate: boolean;
}

/**
 * Reads an acknowledgement.
 *
 * @throws {WrongLastSequence} If the fence did not hold.
 * @throws {JetStreamRefusal} If the stream refused the message for another reason.
 * @throws {BusError} `INVALID_JSON` if it is no acknowledgement, e.g. some service's answer.
 */
export function parsePublishAck(text: string, subject: string): PublishAck {
  const answer = parseObject(text);
  if (isObject(answer.error)) throw refusal(answer.error, subject);
  const { stream, seq, duplicate } = answer;
  if (typeof stream !== "string" || typeof seq !== "number") {
    throw new BusError(
      "INVALID_JSON",
      `Cannot read the answer to a publish on ${subject}: no stream listens there, or another ` +
        "responder is faster",
    );
  }
  return { stream, seq, duplicate: duplicate === true };
}

type JsonObject = { readonly [key: string]: unknown };

function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {}; // Refused by the caller, in the same words as any other foreign answer.
  }
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null;
}

function refusal(error: JsonObject, subject: string): BusError {
  const apiCode = typeof error.err_code === "number" ? error.err_code : 0;
  const status = typeof error.code === "number" ? error.code : 0;
  const description = typeof error.description === "string" ? error.description : "no reason";
  if (
    apiCode === JetStreamApiCodes.StreamWrongLastSequence ||
    apiCode === JetStreamApiCodes.StreamWrongLastSequenceUnknown
  ) {
    const digits = /:\s*(\d+)$/.exec(description)?.[1];
    const found = digits === undefined ? undefined : Number(digits);
    return new WrongLastSequence(
      `Cannot publish on ${subject}: its last sequence is ${found ?? "about to change"}`,
      { found },
    );
  }
  const message = `Cannot publish on ${subject}: ${description} (${apiCode})`;
  return new JetStreamRefusal(message, { apiCode, status });
}
