/**
 * Removes known secrets from copies that were made before the secrets were known.
 *
 * @module
 */
import { REDACTED } from "./secret_text.ts";

/** Secrets shorter than this are not looked for: they would be found in any text. */
const MIN_LENGTH = 4;

/** Nor longer ones: nobody quotes them. */
const MAX_LENGTH = 4_096;

/** The secrets worth looking for; longest first, as one may be a part of another. */
export function soughtTexts(hidden: ReadonlySet<string>): string[] {
  return [...hidden]
    .filter(({ length }) => length >= MIN_LENGTH && length <= MAX_LENGTH)
    .sort((a, b) => b.length - a.length);
}

function forgetText(text: string, sought: readonly string[]): string {
  return text === REDACTED
    ? text
    : sought.reduce((clean, secret) => clean.replaceAll(secret, REDACTED), text);
}

/** Copies `copy`, which is plain, bounded and without cycles, without the secrets `sought`. */
export function forget(copy: unknown, sought: readonly string[]): unknown {
  if (typeof copy === "string") return forgetText(copy, sought);
  if (typeof copy === "number") return sought.includes(String(copy)) ? REDACTED : copy;
  if (Array.isArray(copy)) return copy.map((item) => forget(item, sought));
  if (typeof copy !== "object" || copy === null) return copy;
  return Object.fromEntries(
    Object.entries(copy).map((
      [key, value],
    ) => [forgetText(key, sought), forget(value, sought)]),
  );
}
