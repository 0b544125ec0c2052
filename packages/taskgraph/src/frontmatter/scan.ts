/**
 * Reads a directory of task files, of which any may be broken.
 *
 * @module
 */
import { InvalidInputError } from "../error/index.ts";
import { parseTaskDocument, type TaskDocument } from "./document.ts";
import { fieldPosition } from "./interpret.ts";
import { walkTaskFiles } from "./walk.ts";
import { readFrontmatter } from "./yaml_source.ts";

/** How a directory is scanned. */
export interface ScanOptions {
  /** Whether to look into directories below; yes, unless said otherwise. */
  readonly recursive?: boolean;
  /** Files read at the same time; 32, unless said otherwise. */
  readonly concurrency?: number;
  /** Largest file that is read, in bytes; 1 MiB, unless said otherwise. */
  readonly maxFileBytes?: number;
  /** Ends the scan, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What is wrong with one file. */
export interface TaskScanError {
  /** Path of the file, relative to the directory. */
  readonly path: string;
  /** Line in the file, from 1, where known. */
  readonly line?: number;
  /** Column in that line, from 1, where known. */
  readonly column?: number;
  /** The field at fault, where it is one. */
  readonly field?: string;
  /** What is wrong. */
  readonly message: string;
}

/** What a directory holds. */
export interface TaskScan {
  /** The task files, ascending by path; of files with the same id, the first. */
  documents: TaskDocument[];
  /** What is wrong with the other files, ascending by path. */
  errors: TaskScanError[];
}

type Outcome = TaskDocument | TaskScanError;

/**
 * Reads every task file in a directory; a broken one is reported and stops no other.
 *
 * @throws the system's own error if `dir` itself cannot be read, the reason of `signal` if it
 * fires, a RangeError for a limit that is no positive whole number.
 */
export async function scanTaskDirectory(dir: string, options: ScanOptions = {}): Promise<TaskScan> {
  const { recursive = true, concurrency = 32, maxFileBytes = 1_048_576, signal } = options;
  requirePositive({ concurrency, maxFileBytes });
  signal?.throwIfAborted();
  const paths: string[] = [], outcomes: Outcome[] = [];
  for await (const { path, error } of walkTaskFiles(dir, { recursive, reportUnreadable: true })) {
    signal?.throwIfAborted();
    if (error === undefined) paths.push(path);
    else outcomes.push({ path, message: `Cannot read directory: ${messageOf(error)}` });
  }
  const waiting = paths.values();
  const work = async () => {
    for (const path of waiting) {
      if (signal?.aborted) return;
      outcomes.push(await readTaskFile(dir, { path, maxFileBytes }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, paths.length) }, work));
  signal?.throwIfAborted();
  return sorted(outcomes);
}

function requirePositive(limits: Readonly<Record<string, number>>): void {
  for (const [name, limit] of Object.entries(limits)) {
    if (Number.isSafeInteger(limit) && limit > 0) continue;
    throw new RangeError(`Cannot scan with ${name} ${limit}: give a positive whole number`);
  }
}

async function readTaskFile(
  dir: string,
  { path, maxFileBytes }: { path: string; maxFileBytes: number },
): Promise<Outcome> {
  try {
    const text = await readText(`${dir}/${path}`, maxFileBytes);
    return parseTaskDocument(text, { path });
  } catch (error) {
    const message = messageOf(error);
    if (!(error instanceof InvalidInputError)) return { path, message };
    const { line, column, field } = error;
    return {
      path,
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      ...(field !== "" && { field }),
      message,
    };
  }
}

async function readText(path: string, maxFileBytes: number): Promise<string> {
  const bytes = await readBytes(path, maxFileBytes);
  try {
    // The mark at the beginning is a part of the file.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch (cause) {
    throw new TypeError("File is not UTF-8", { cause });
  }
}

async function readBytes(path: string, maxFileBytes: number): Promise<Uint8Array> {
  const { open } = await import("node:fs/promises");
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const bytes = size > maxFileBytes ? undefined : await file.readFile();
    // It may have grown meanwhile.
    if (bytes === undefined || bytes.length > maxFileBytes) {
      throw new RangeError(`File is larger than ${maxFileBytes} bytes`);
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** Puts outcomes in order of path and keeps the first document of each id. */
function sorted(outcomes: Outcome[]): TaskScan {
  outcomes.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
  const documents: TaskDocument[] = [], errors: TaskScanError[] = [];
  const firstPaths = new Map<string, string>();
  for (const outcome of outcomes) {
    if (!("task" in outcome)) {
      errors.push(outcome);
      continue;
    }
    const { id } = outcome.task, path = pathOf(outcome);
    const first = firstPaths.get(id);
    if (first === undefined) {
      firstPaths.set(id, path);
      documents.push(outcome);
    } else {
      const message = `Duplicate id "${id}" in ${path}: ${first} has it`;
      const position = fieldPosition(readFrontmatter(outcome.text), "/id");
      errors.push({ path, ...position, field: "id", message });
    }
  }
  return { documents, errors };
}

function pathOf({ path = "" }: Outcome): string {
  return path;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
