/**
 * What may stand between two dots of a subject, and the one reversible encoding for what may not.
 *
 * @module
 */

/** Longest token, in UTF-16 code units: a subject of several stays below the server's line limit. */
export const MAX_TOKEN_LENGTH = 128;

/** Longest text that {@linkcode encodeToken} takes, in UTF-16 code units. */
export const MAX_ENCODED_TEXT_LENGTH = 256;

/** Longest realm. */
export const MAX_REALM_LENGTH = 32;

// Dot, wildcards, anything Unicode calls space, and control characters.
const FORBIDDEN = /[.*>\s\p{Cc}]/u;
const REALM = /^[a-z0-9][a-z0-9_-]*$/;
// What the key-value buckets allow, less `=`, which introduces an escaped byte.
const PLAIN = /^[A-Za-z0-9_/-]+$/;
const NOT_PLAIN = /[^A-Za-z0-9_/-]/gu;
const ENCODED = /^(?:[A-Za-z0-9_/-]|=[0-9A-F]{2})+$/;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Returns `text` if it may be one token of a subject, whatever it names.
 *
 * @throws {RangeError} If it is empty, too long, not well-formed Unicode, or has a dot, a wildcard,
 * white space or a control character in it.
 */
export function token(text: string): string {
  if (text.length === 0 || text.length > MAX_TOKEN_LENGTH) {
    throw refused(text, `its length is ${text.length}, 1 to ${MAX_TOKEN_LENGTH} is allowed`);
  }
  if (FORBIDDEN.test(text)) {
    throw refused(text, "dots, *, >, white space and control characters are not allowed");
  }
  // A lone surrogate would become U+FFFD on the wire, and two ids one subject.
  if (!text.isWellFormed()) throw refused(text, "it is not well-formed Unicode");
  return text;
}

/**
 * Returns `text` if it may be a realm: lower case, because stream names become directories and some
 * file systems do not tell `A` from `a`.
 *
 * @throws {RangeError} If it may not.
 */
export function realmToken(text: string): string {
  if (text.length > MAX_REALM_LENGTH || !REALM.test(text)) {
    throw new RangeError(
      `Cannot use ${quote(text)} as a realm: use 1 to ${MAX_REALM_LENGTH} of a-z, 0-9, _ and -, ` +
        "beginning with a letter or digit",
    );
  }
  return text;
}

/**
 * Spells any text as one token: letters, digits, `_`, `/` and `-` stand for themselves, every other
 * byte of its UTF-8 form becomes `=` and two hexadecimal digits.
 *
 * The result is also a valid key of a bucket. {@linkcode decodeToken} gives the text back.
 *
 * @throws {RangeError} If it is empty, too long or not well-formed Unicode.
 *
 * @example An id with dots in it
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { decodeToken, encodeToken } from "@hub/bus";
 *
 * strictEqual(encodeToken("after.1000"), "after=2E1000");
 * strictEqual(decodeToken("after=2E1000"), "after.1000");
 * ```
 */
export function encodeToken(text: string): string {
  if (text.length === 0 || text.length > MAX_ENCODED_TEXT_LENGTH) {
    throw refused(text, `its length is ${text.length}, 1 to ${MAX_ENCODED_TEXT_LENGTH} is allowed`);
  }
  if (PLAIN.test(text)) return text;
  if (!text.isWellFormed()) throw refused(text, "it is not well-formed Unicode");
  return text.replace(NOT_PLAIN, escapeCharacter);
}

/**
 * Gives back the text that {@linkcode encodeToken} spelled.
 *
 * @throws {RangeError} If `spelled` is not what {@linkcode encodeToken} writes for any text.
 */
export function decodeToken(spelled: string): string {
  if (PLAIN.test(spelled) && spelled.length <= MAX_ENCODED_TEXT_LENGTH) return spelled;
  if (ENCODED.test(spelled)) {
    const bytes = spelled.replace(/=(..)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    const text = decodeUtf8(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
    // Only the canonical spelling, or two keys could mean the same text.
    if (
      text !== undefined && text.length <= MAX_ENCODED_TEXT_LENGTH && encodeToken(text) === spelled
    ) return text;
  }
  throw refused(spelled, "it is not a text spelled by encodeToken()");
}

function escapeCharacter(character: string): string {
  let spelled = "";
  for (const byte of encoder.encode(character)) {
    spelled += `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return spelled;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined; // Not UTF-8; the caller refuses it.
  }
}

function refused(text: string, reason: string): RangeError {
  return new RangeError(`Cannot use ${quote(text)} in a subject: ${reason}`);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
