/**
 * Secrets that nobody may meet again: made up, put where a secret can be, and looked for everywhere
 * else, in every spelling in which a program may have written them.
 *
 * @module
 */

/** A secret that was made up. Each of its spellings differs from the others. */
export interface Canary {
  /** What it stands for, such as "master key". */
  readonly name: string;
  readonly value: string;
}

/** A canary that was found. */
export interface Sighting {
  readonly canary: string;
  /** Which text held it. */
  readonly where: string;
  /** How it was spelled. */
  readonly spelling: string;
}

/** What is searched, by a name for it. */
export type Places = Readonly<Record<string, string | Uint8Array>>;

/**
 * Makes a canary of 40 characters. It holds a slash and a tilde, which URLs, base64 and its spelling
 * for URLs write differently; none of its characters needs an escape in JSON, SQL or a shell.
 */
export function makeCanary(name: string): Canary {
  const random = crypto.getRandomValues(new Uint8Array(16)).toHex();
  return { name, value: `can/~${random}~/end` };
}

/** Looks for canaries, and says where each was found and how it was spelled. */
export function findCanaries(canaries: readonly Canary[], places: Places): Sighting[] {
  return canaries.flatMap(({ name, value }) => {
    const spellings = Object.entries(spellingsOf(value));
    return Object.entries(places).flatMap(([where, text]) => {
      const whole = searchable(text);
      // Lists are broken into lines and columns.
      const dense = whole.replaceAll(/\s+/g, "");
      return spellings.filter(([, of]) => of.some((it) => whole.includes(it) || dense.includes(it)))
        .map(([spelling]) => ({ canary: name, where, spelling }));
    });
  });
}

/** Bytes as one character each: what is looked for is ASCII, whatever stands around it. */
function searchable(text: string | Uint8Array): string {
  return typeof text === "string" ? text : new TextDecoder("latin1").decode(text);
}

function spellingsOf(value: string): Record<string, string[]> {
  const bytes = new TextEncoder().encode(value);
  const base64 = [0, 1, 2].map((shift) => base64Inside(bytes, shift));
  const hex = bytes.toHex();
  const each = [...hex.matchAll(/../g)].map(([pair]) => `%${pair}`);
  return {
    clear: [value],
    base64,
    base64url: base64.map((it) => it.replaceAll("+", "-").replaceAll("/", "_")),
    hex: [hex, hex.toUpperCase()],
    "percent-encoded": [
      encodeURIComponent(value),
      encodeURIComponent(value).replaceAll("~", "%7E"),
      encodeURIComponent(value).replaceAll("~", "%7e").replaceAll("%2F", "%2f"),
      value.replaceAll("~", "%7E"),
      each.join(""),
      each.join("").toUpperCase(),
    ],
    "list of bytes": [
      [...bytes].join(","),
      [...bytes].map((byte, index) => `"${index}":${byte}`).join(","),
    ],
    "escaped in JSON": [value.replaceAll("/", "\\/"), [...value].map(unicodeEscape).join("")],
  };
}

function unicodeEscape(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}

/**
 * The part of the base64 of a longer text that depends on the canary alone, when it begins `shift`
 * bytes after a group of three: the first and the last characters share bits with their neighbours.
 */
function base64Inside(bytes: Uint8Array, shift: number): string {
  const padded = new Uint8Array(shift + bytes.length);
  padded.set(bytes, shift);
  const first = Math.ceil(shift * 8 / 6);
  const last = Math.floor(padded.length * 8 / 6);
  return padded.toBase64().slice(first, last);
}
