/**
 * What people type where JSON is meant.
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

/** The value of a file, of standard input, or of a word. */
export async function readWhole(
  word: string,
  { sources, what }: { readonly sources: TextSources; readonly what: string },
): Promise<unknown> {
  if (word === "-") return parseJson(await sources.readInput(), "standard input");
  if (!word.startsWith("@")) return parseJson(word, what);
  const path = word.slice(1);
  return parseJson(await sources.readFile(path), path);
}

/** Whether a word stands for something that is read. */
export function isReference(word: string): boolean {
  return word === "-" || word.startsWith("@");
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

/**
 * Reads fields such as `n=2`: JSON where they are JSON, else text.
 *
 * @throws {Error} for what is none.
 */
export function parseFields(words: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(words.map((field) => {
    const at = field.indexOf("=");
    if (at > 0) return [field.slice(0, at), valueOf(field.slice(at + 1))];
    throw new Error(`Cannot read ${JSON.stringify(field)}: expected a field like n=2`);
  }));
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // Text needs no quotes here.
  }
}
