/** A server takes control lines of 4 KiB by default, and the subject is the most of one. */
const MAX_SUBJECT_BYTES = 3500;

const PREFIX = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
const encoder = new TextEncoder();

/** Spells a type or an id as one token of a subject: different ones become different tokens. */
export function subjectToken(text: string): string {
  if (text === "") return "=";
  let token = "";
  for (const byte of encoder.encode(text)) token += TOKENS[byte];
  return token;
}

/** What each byte becomes. */
const TOKENS: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (/[A-Za-z0-9_-]/.test(character)) return character;
  return `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;
});

/**
 * Gives back a prefix of subjects.
 *
 * @throws {TypeError} when it is none.
 */
export function checkPrefix(prefix: string): string {
  if (typeof prefix === "string" && PREFIX.test(prefix)) return prefix;
  throw new TypeError(
    `Cannot use prefix ${JSON.stringify(prefix)}: ` +
      `it must be tokens of letters, digits, "_" and "-", joined by "."`,
  );
}

/**
 * Gives back a subject.
 *
 * @throws {RangeError} when it is too long for a server.
 */
export function checkLength(subject: string): string {
  if (subject.length <= MAX_SUBJECT_BYTES) return subject;
  throw new RangeError(
    `Cannot use a subject of ${subject.length} bytes: ${MAX_SUBJECT_BYTES} is the most`,
  );
}
