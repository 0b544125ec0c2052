/**
 * Inputs of calls as people type them.
 *
 * @module
 */
import {
  isReference,
  parseFields,
  PROCESS_SOURCES,
  readWhole,
  type TextSources,
} from "./typed_input.ts";

/** Explains the forms that {@linkcode parseInput} takes; for help texts. */
export const INPUT_HELP = `
INPUT is one of
  path=notes.txt limit=2   fields: JSON where they are JSON, else text
  '{"path":"notes.txt"}'   JSON
  @input.json              a file with JSON in it
  -                        standard input, as JSON
and {} without any.`;

// Of a field, the name comes first: it looks like none of the ways in which JSON begins.
const FIELD = /^[A-Za-z_$][^="{[]*=/;

/**
 * Reads an input from the arguments that are left.
 *
 * @throws {Error} that says what is wrong and what would be right.
 */
export async function parseInput(
  words: readonly string[],
  sources: TextSources = PROCESS_SOURCES,
): Promise<unknown> {
  const [first, ...rest] = words;
  if (first === undefined) return {};
  if (!isReference(first) && (FIELD.test(first) || rest.length > 0)) return parseFields(words);
  if (rest.length > 0) throw new Error(`Cannot read the input: nothing may follow ${first}`);
  return await readWhole(first, { sources, what: "the input" });
}
