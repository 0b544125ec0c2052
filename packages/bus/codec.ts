/**
 * JSON values to bytes and back, within limits.
 *
 * @module
 */
import { BusError } from "./errors.ts";

/** What {@linkcode encodeJson} and {@linkcode decodeJson} accept. */
export interface JsonLimits {
  /** Default 1 MiB. */
  readonly maxBytes?: number;
  /** Arrays and objects inside one another. Default 64. */
  readonly maxDepth?: number;
}

const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 64;

const encoder = new TextEncoder();
// A replaced byte is another value, which the fatal one refuses. It takes four times as long, so that
// only text with the mark of a replacement is shown to it. The other mark is kept, as that is no JSON.
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const REPLACED = "\ufffd";

const QUOTE = 0x22, BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b, CLOSE_ARRAY = 0x5d, OPEN_OBJECT = 0x7b, CLOSE_OBJECT = 0x7d;

/** Texts of so many characters share memory that is asked for at once. */
const SHORT_CHARS = 1_024, SHARED_BYTES = 32 * 1024;
let shared = new Uint8Array(SHARED_BYTES), used = 0;

/**
 * Text to UTF-8; what comes of short ones lies side by side in one buffer. Memory of its own for each
 * message, and giving it back, costs more than all else that spelling it does.
 */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  if (text.length > SHORT_CHARS) return encoder.encode(text);
  // No character takes more than three bytes.
  if (used + text.length * 3 > SHARED_BYTES) {
    shared = new Uint8Array(SHARED_BYTES);
    used = 0;
  }
  const { written } = encoder.encodeInto(text, shared.subarray(used));
  return shared.subarray(used, used += written);
}

/** UTF-8 to text. @throws {BusError} `INVALID_JSON` if it is not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  const text = lenient.decode(bytes);
  if (!text.includes(REPLACED)) return text;
  try {
    return strict.decode(bytes);
  } catch (cause) {
    throw new BusError("INVALID_JSON", "Cannot decode text: it is not UTF-8", { cause });
  }
}

/**
 * Spells a value as JSON in UTF-8.
 *
 * @throws {BusError} `INVALID_JSON` for what JSON cannot hold, `TOO_LARGE` or `TOO_DEEP`.
 *
 * @example There and back
 * ```ts
 * import { deepStrictEqual, throws } from "node:assert/strict";
 * import { decodeJson, encodeJson } from "@hub/bus";
 *
 * deepStrictEqual(decodeJson(encodeJson({ count: 1 })), { count: 1 });
 * throws(() => decodeJson(encodeJson([[[]]]), { maxDepth: 2 }), { code: "TOO_DEEP" });
 * ```
 */
export function encodeJson(value: unknown, limits: JsonLimits = {}): Uint8Array<ArrayBuffer> {
  const bytes = encodeText(stringify(value));
  check(bytes, limits, "encode");
  return bytes;
}

/**
 * Reads JSON in UTF-8; size and depth are checked before anything is built.
 *
 * @throws {BusError} `INVALID_JSON`, `TOO_LARGE` or `TOO_DEEP`.
 */
export function decodeJson(bytes: Uint8Array, limits: JsonLimits = {}): unknown {
  check(bytes, limits, "decode");
  const text = decodeText(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BusError("INVALID_JSON", "Cannot decode JSON: it is malformed", { cause });
  }
}

/**
 * Copies a value as {@linkcode encodeJson} and {@linkcode decodeJson} would, one after the other.
 *
 * @throws {BusError} `INVALID_JSON` for what JSON cannot hold, `TOO_LARGE` or `TOO_DEEP`.
 *
 * @example What JSON leaves out is left out
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { copyJson } from "@hub/bus";
 *
 * deepStrictEqual(copyJson({ at: new Date(0), nothing: undefined }), {
 *   at: "1970-01-01T00:00:00.000Z",
 * });
 * ```
 */
export function copyJson(value: unknown, limits: JsonLimits = {}): unknown {
  const { maxBytes = MAX_BYTES, maxDepth = MAX_DEPTH } = limits;
  const text = stringify(value);
  // No character takes more than three bytes: what is small and flat anyhow is not even encoded.
  const isFit = text.length * 3 <= maxBytes && !hasMoreBrackets(text, maxDepth);
  if (!isFit) check(encodeText(text), limits, "encode");
  return JSON.parse(text);
}

function stringify(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    const reason = cause instanceof RangeError ? "it is nested too deep" : "JSON cannot hold it";
    throw new BusError("INVALID_JSON", `Cannot encode a value: ${reason}`, { cause });
  }
  // Of undefined, functions and symbols, against its type.
  if (text === undefined) {
    throw new BusError("INVALID_JSON", `Cannot encode a value: JSON has no ${typeof value}`);
  }
  return text;
}

function check(bytes: Uint8Array, limits: JsonLimits, act: string): void {
  const { maxBytes = MAX_BYTES, maxDepth = MAX_DEPTH } = limits;
  if (bytes.byteLength > maxBytes) {
    throw new BusError(
      "TOO_LARGE",
      `Cannot ${act} JSON: ${bytes.byteLength} bytes, ${maxBytes} are allowed`,
    );
  }
  if (isDeeperThan(bytes, maxDepth)) {
    throw new BusError("TOO_DEEP", `Cannot ${act} JSON: nested deeper than ${maxDepth}`);
  }
}

/** Whether more brackets are opened, in strings or not, than may be open at once. */
function hasMoreBrackets(text: string, maxDepth: number): boolean {
  let left = maxDepth;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code === OPEN_ARRAY || code === OPEN_OBJECT) && --left < 0) return true;
  }
  return false;
}

/** The same of text in UTF-8. */
function hasMoreOpen(bytes: Uint8Array, maxDepth: number): boolean {
  let left = maxDepth;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if ((byte === OPEN_ARRAY || byte === OPEN_OBJECT) && --left < 0) return true;
  }
  return false;
}

/** Counts brackets outside of strings; UTF-8 never hides one inside another character. */
function isDeeperThan(bytes: Uint8Array, maxDepth: number): boolean {
  // Most messages have so few that it does not matter where they stand.
  if (!hasMoreOpen(bytes, maxDepth)) return false;
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    switch (bytes[i]) {
      case QUOTE:
        i = endOfString(bytes, i);
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        if (++depth > maxDepth) return true;
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth--;
    }
  }
  return false;
}

function endOfString(bytes: Uint8Array, start: number): number {
  for (let end = bytes.indexOf(QUOTE, start + 1); end !== -1; end = bytes.indexOf(QUOTE, end + 1)) {
    let backslashes = 0;
    while (bytes[end - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return bytes.length; // Unfinished; the parser will say so.
}
