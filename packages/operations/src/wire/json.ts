/**
 * Reading values that somebody else wrote.
 *
 * @module
 */

// The fatal one takes much longer: only text with the mark of a replacement is shown to it.
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const REPLACED = "\ufffd";

/** A JSON object, of which only own properties count. */
export type JsonObject = { readonly [key: string]: unknown };

const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Whether `value` is a JSON object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own property, or `undefined`. */
export function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/**
 * Whether a key that means something to the language stands in `value`, at any depth. What stands
 * under a key of `opaque` in the outermost object is not looked into.
 */
export function hasForbiddenKey(value: unknown, opaque?: ReadonlySet<string>): boolean {
  if (Array.isArray(value)) return value.some((item) => hasForbiddenKey(item));
  if (!isJsonObject(value)) return false;
  for (const key in value) {
    if (FORBIDDEN.has(key)) return true;
    if (opaque?.has(key) !== true && hasForbiddenKey(value[key])) return true;
  }
  return false;
}

/**
 * Whether no such key can stand anywhere in JSON text, found out without a look at its values. Whoever
 * writes one has to spell it, with an escape if not as it is.
 */
export function cannotHoldForbiddenKey(text: string): boolean {
  if (text.includes("\\")) return false;
  for (const key of FORBIDDEN) if (text.includes(key)) return false;
  return true;
}

/** The text of bytes, or `undefined` if they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  const text = lenient.decode(bytes);
  if (!text.includes(REPLACED)) return text;
  try {
    return strict.decode(bytes);
  } catch {
    return undefined; // What was replaced was no such mark itself.
  }
}

/** The parsed text, or `undefined` if it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // JSON has no undefined, so this says it all
  }
}

/** Whether `text` takes more than `limit` bytes as UTF-8. */
export function exceedsUtf8(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  if (text.length * 3 <= limit) return false;
  let bytes = 0;
  for (let index = 0; index < text.length && bytes <= limit; index++) {
    // Half of a pair alone is above 0x7ff and takes three bytes, as the mark that replaces it.
    const point = text.codePointAt(index) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (point >= 0x10000) index += 1;
  }
  return bytes > limit;
}

/** The longest beginning of `text` that takes at most `limit` bytes and cuts no character. */
export function truncateUtf8(text: string, limit: number): string {
  if (!exceedsUtf8(text, limit)) return text;
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(limit)).read);
}
