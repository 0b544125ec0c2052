/**
 * Finds task files.
 *
 * @module
 */

// A name that is nothing but `.md` has no extension.
const TASK_FILE = /.\.md$/is;

/** Something met on the way: a task file, or a directory below the first that cannot be read. */
export interface WalkStep {
  /** Path relative to the first directory, with `/` between its parts. */
  readonly path: string;
  /** Why the directory cannot be read. */
  readonly error?: unknown;
}

/** How a directory is walked. */
export interface WalkOptions {
  /** Whether to look into directories below. */
  readonly recursive?: boolean;
  /** Gives an unreadable directory below the first as a step instead of throwing its error. */
  readonly reportUnreadable?: boolean;
}

/**
 * Walks a directory in the order in which the system lists it; links are not followed.
 *
 * @throws the system's own error if `dir` cannot be read.
 */
export async function* walkTaskFiles(
  dir: string,
  { recursive = true, reportUnreadable = false }: WalkOptions = {},
): AsyncGenerator<WalkStep> {
  const { readdir } = await import("node:fs/promises");
  const list = (below: string) => readdir(`${dir}/${below}`, { withFileTypes: true });
  const open = [{ below: "", entries: (await list("")).values() }];
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const { value: entry } = level.entries.next();
    if (entry === undefined) {
      open.pop();
      continue;
    }
    const path = level.below + entry.name;
    if (entry.isFile() && TASK_FILE.test(entry.name)) yield { path };
    if (!entry.isDirectory() || !recursive) continue;
    try {
      open.push({ below: `${path}/`, entries: (await list(path)).values() });
    } catch (error) {
      if (!reportUnreadable) throw error;
      yield { path, error };
    }
  }
}
