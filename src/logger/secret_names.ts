/**
 * Tells names of properties whose values are secrets.
 *
 * @module
 */

/** Parts of names that always mean a secret, as in `dbPassword` or `X-API-Key`. */
const SECRET =
  /authorization|cookie|passw(?:or)?d|passphrase|secret|api[-_. ]?key|(?:private|encryption|master|signing|access)[-_. ]?key|credential|creds|mnemonic|bearer|jwt|(?:database|postgres|nats|redis)[-_]?ur[il]|connection[-_]?string/i;

/** Whole names that mean a secret. */
const SECRET_WORD = /^(?:ticket|pwd|pass|otp|totp|pin|nkeys?)$/i;

/** Names that mean a secret when the value is text, and a count or a choice when it is a number. */
const SECRET_TEXT = /token(?!iz)|seed$/i;

/** Endings that make a name of a secret the name of something about it. */
const ABOUT =
  /(?:(?:Id|Ids|Name|Names|Prefix|Count|Type|Kind|Version|Ms|At)|_(?:id|ids|name|prefix|count|type|version|ms|at))$/;

/** What a property's name says of its value: hide all, hide texts but not numbers, or nothing. */
export type NameVerdict = "secret" | "secret text" | "open";

/** Judges the name of a property, in whatever way its words are joined. */
export function judgeName(name: string): NameVerdict {
  if (SECRET.test(name) || SECRET_WORD.test(name)) return ABOUT.test(name) ? "open" : "secret";
  return SECRET_TEXT.test(name) && !ABOUT.test(name) ? "secret text" : "open";
}
