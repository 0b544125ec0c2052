/**
 * Reads the JSON body of a request, within bounds of size, shape and time.
 *
 * @module
 */
import { DEFAULT_WIRE_LIMITS, scanJson } from "@alkdev/operations";
import type { HeaderSource } from "./head.ts";
import { inTime, type Patience } from "./patience.ts";
import { Refusal } from "./refusal.ts";

/** Bounds of a body. */
export interface BodyLimits {
  readonly maxBytes: number;
  /** How long the whole body may take to arrive. */
  readonly timeoutMs: number;
  /** Waits of that time. */
  readonly patience: Patience;
}

const JSON_TYPE = /^application\/json *(?:; *charset="?utf-8"? *)?$/i;

/** A request whose body was not read yet. */
export interface Unread {
  readonly request: Pick<Request, "body" | "bytes">;
  /** What was read of it. */
  readonly head: HeaderSource;
}

/**
 * The value that a body holds.
 *
 * @throws {Refusal} with the status that says what is wrong with it.
 */
export async function readJson(unread: Unread, limits: BodyLimits): Promise<unknown> {
  const { head } = unread, type = head.get("content-type") ?? "";
  if (type !== "application/json" && !JSON_TYPE.test(type)) {
    throw new Refusal(415, { message: "send JSON, as Content-Type: application/json" });
  }
  if ((head.get("content-encoding") ?? "identity") !== "identity") {
    throw new Refusal(415, { message: "send the body without Content-Encoding" });
  }
  let bytes: Uint8Array;
  try {
    bytes = await bytesOf(unread, limits);
  } catch (error) {
    throw error instanceof Refusal ? error : cutShort();
  }
  return parseText(decode(bytes));
}

/**
 * The value of a JSON text from outside.
 *
 * @throws {Refusal} 400.
 */
export function parseText(text: string): unknown {
  const { fault } = scanJson(text, DEFAULT_WIRE_LIMITS);
  if (fault !== undefined) {
    const what = fault === "depth" ? "levels" : fault;
    throw new Refusal(400, { message: `the JSON has too many ${what}` });
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words would repeat what was sent.
    throw new Refusal(400, { message: "the body is not JSON" });
  }
}

/** One for all: it keeps nothing between texts, and making one costs more than using it. */
const decoder = new TextDecoder("utf-8", { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Refusal(400, { message: "the body is not UTF-8" });
  }
}

/** The whole body, as far as it may be read and as long as that may take. */
function bytesOf(
  { request, head }: Unread,
  { maxBytes, patience }: BodyLimits,
): Promise<Uint8Array> {
  const told = head.get("content-length");
  // What is no number, such as two of them, bounds nothing either.
  if (told !== null && !(Number(told) <= maxBytes)) throw tooLarge(maxBytes);
  let isLate = false;
  // With its length told there can be no more of it, and reading it whole is much faster.
  const reading = told === null
    ? collect(request, { maxBytes, isLate: () => isLate })
    : request.bytes();
  return inTime(reading, {
    patience,
    // Somebody who sends a byte now and then holds a connection, and nothing else.
    late() {
      isLate = true;
      throw tooLate();
    },
  });
}

interface CollectOptions {
  readonly maxBytes: number;
  /** Whether nobody waits for it any more. */
  readonly isLate: () => boolean;
}

async function collect(
  { body }: Pick<Request, "body">,
  { maxBytes, isLate }: CollectOptions,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += part.byteLength;
    if (length > maxBytes) throw tooLarge(maxBytes);
    if (isLate()) break;
    parts.push(part);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

/** What a body is refused with that is larger than it may be. */
export function tooLarge(maxBytes: number): Refusal {
  return new Refusal(413, { message: `the body is larger than ${maxBytes} bytes` });
}

/** What a body is refused with that takes longer than it may. */
export function tooLate(): Refusal {
  return new Refusal(408, { message: "the body did not arrive in time", retryable: true });
}

/** What a body is refused with whose client went away in the midst of it. */
export function cutShort(): Refusal {
  return new Refusal(400, { message: "the body ended too early" });
}
