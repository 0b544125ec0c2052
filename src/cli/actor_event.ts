/**
 * Events as people type them.
 *
 * @module
 */

/** Reads what `@FILE` and `-` name. */
export interface TextSources {
  readFile(path: string): Promise<string>;
  readInput(): Promise<string>;
}

export const PROCESS_SOURCES: TextSources = {
  readFile: (path) => Deno.readTextFile(path),
  readInput: () => new Response(Deno.stdin.readable).text(),
};

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
  const isWhole = first === "-" || first.startsWith("@") || first.startsWith("{");
  if (!isWhole) return fromWords(first, rest);
  if (rest.length > 0) throw new Error(`Cannot read the event: nothing may follow ${first}`);
  if (first === "-") return parseJson(await sources.readInput(), "standard input");
  if (first.startsWith("@")) {
    const path = first.slice(1);
    return parseJson(await sources.readFile(path), path);
  }
  return parseJson(first, "the event");
}

/** Reads JSON; `where` it stands is told when it is none. */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot read ${where}: it is not JSON (${reason})`, { cause });
  }
}

function fromWords(type: string, fields: readonly string[]): Record<string, unknown> {
  const entries = fields.map((field) => {
    const at = field.indexOf("=");
    if (at > 0) return [field.slice(0, at), valueOf(field.slice(at + 1))];
    throw new Error(`Cannot read ${JSON.stringify(field)}: expected a field like n=2`);
  });
  // The type last: no field may take its place.
  return { ...Object.fromEntries(entries), type };
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // Text needs no quotes here.
  }
}
