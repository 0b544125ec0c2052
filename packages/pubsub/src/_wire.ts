import { BAD_TYPE } from "./_topic.ts";
import type { EventEnvelope } from "./types.ts";

/** How values become text and back. */
export interface Serializer {
  /** Writes a value. */
  stringify(value: unknown): string;
  /** Reads what `stringify` wrote. */
  parse(text: string): unknown;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Spells an envelope as bytes. */
export function encodeEnvelope(
  envelope: EventEnvelope,
  serializer: Serializer = JSON,
): Uint8Array<ArrayBuffer> {
  return encoder.encode(serializer.stringify(envelope));
}

/**
 * Reads an envelope from a message.
 *
 * @throws {Error} when it is none.
 */
export function readEnvelope(
  message: string | ArrayBuffer | ArrayBufferView,
  serializer: Serializer = JSON,
): EventEnvelope {
  const text = typeof message === "string" ? message : decoder.decode(message);
  return parseEnvelope(serializer.parse(text));
}

/** Whether `value` has the shape of an envelope; its type may still be none. */
export function isEnvelopeShaped(
  value: unknown,
): value is { type: string; id: string; payload?: unknown } {
  return typeof value === "object" && value !== null &&
    "type" in value && typeof value.type === "string" &&
    "id" in value && typeof value.id === "string";
}

/**
 * Takes an envelope out of a value: a control message is one, too.
 *
 * @throws {TypeError} when it is none.
 */
export function parseEnvelope(value: unknown): EventEnvelope {
  if (!isEnvelopeShaped(value)) {
    throw new TypeError("Cannot read an event: it must be an object with string `type` and `id`");
  }
  // A colon in a type would make the topic of another type and id out of it.
  if (!isControl(value.type) && BAD_TYPE.test(value.type)) {
    throw new TypeError(`Cannot read an event: ${JSON.stringify(value.type)} is no event type`);
  }
  return { type: value.type, id: value.id, payload: value.payload };
}

/** Whether a type is reserved for what clients and servers tell each other. */
export function isControl(type: string): boolean {
  return type.startsWith("__");
}

/** How many bytes a text takes as UTF-8; exact only as far as `limit` needs. */
export function textBytes(text: string, limit: number): number {
  if (text.length > limit || text.length * 3 <= limit) return text.length;
  return encoder.encode(text).length;
}
