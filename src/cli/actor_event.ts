/**
 * Events as people type them.
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

/** Explains the forms that {@linkcode parseEvent} takes; for help texts. */
export const EVENT_HELP = `
EVENT is one of
  ADD n=2                  a type, and fields: JSON where they are JSON, else text
  '{"type":"ADD","n":2}'   JSON
  @event.json              a file with JSON in it
  -                        standard input, as JSON`;

/**
 * Reads an event from the arguments that are left.
 *
 * @throws {Error} that says what is wrong and what would be right.
 */
export async function parseEvent(
  words: readonly string[],
  sources: TextSources = PROCESS_SOURCES,
): Promise<unknown> {
  const [first = "", ...rest] = words;
  // The type last: no field may take its place.
  if (!isReference(first) && !first.startsWith("{")) return { ...parseFields(rest), type: first };
  if (rest.length > 0) throw new Error(`Cannot read the event: nothing may follow ${first}`);
  return await readWhole(first, { sources, what: "the event" });
}
