/**
 * Texts as the words by which they are found.
 *
 * @module
 */
import { MAX_WORD_CHARS } from "./dictionary.ts";

/** Where a word of a name ends though no space says so: `readFile`, `HTTPServer`, `sha256`. */
const HUMPS = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu;
const WORD = /[\p{L}\p{N}]+/gu;
// deno-lint-ignore no-control-regex -- ASCII as a whole: what is not needs a closer look
const ASCII = /^[\x00-\x7f]*$/;

/**
 * The words of a text, in order: without case, accents and the plural's s.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { wordsOf } from "./words.ts";
 *
 * deepStrictEqual(wordsOf("fs/readFiles"), ["fs", "read", "file"]);
 * ```
 */
export function wordsOf(text: string): string[] {
  return runsOf(text).flatMap((run) => run.split(HUMPS).map(folded));
}

/** The words of a text, those that are joined by nothing but a change of case as one. */
export function joinedWordsOf(text: string): string[] {
  return runsOf(text).map(folded);
}

/** A whole name as one word: `list-peers` as `listpeer`. */
export function asOneWord(name: string): string {
  return folded(runsOf(name).join(""));
}

function runsOf(text: string): string[] {
  const plain = ASCII.test(text) ? text : text.normalize("NFKD").replace(/\p{M}+/gu, "");
  return plain.match(WORD) ?? [];
}

function folded(word: string): string {
  // Longer ones nobody types.
  const lower = word.slice(0, MAX_WORD_CHARS).toLowerCase();
  // Too short for a plural, or none: `is`, `fs`, `access`.
  return lower.length > 3 && lower.endsWith("s") && !lower.endsWith("ss")
    ? lower.slice(0, -1)
    : lower;
}
