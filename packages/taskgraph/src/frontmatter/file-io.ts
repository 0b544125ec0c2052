/**
 * Reads tasks from files. The file system is loaded on first use, so that the package loads
 * where there is none.
 *
 * @module
 */
import type { TaskInput } from "../schema/task.ts";
import { parseTaskDocument } from "./document.ts";
import { walkTaskFiles } from "./walk.ts";

/**
 * Reads the task in a file.
 *
 * @throws {InvalidInputError} if the file is no task file; the system's own error if it cannot
 * be read.
 */
export async function parseTaskFile(path: string): Promise<TaskInput> {
  const { readFile } = await import("node:fs/promises");
  return parseTaskDocument(await readFile(path, "utf8"), { path }).task;
}

/**
 * Reads the tasks in a directory and those below it; files that are no task files are left out.
 * Use `scanTaskDirectory` to learn of them.
 *
 * @throws the system's own error if a directory or file cannot be read.
 */
export async function parseTaskDirectory(dir: string): Promise<TaskInput[]> {
  const tasks: TaskInput[] = [];
  for await (const { path } of walkTaskFiles(dir)) {
    try {
      tasks.push(await parseTaskFile(`${dir}/${path}`));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "InvalidInputError") throw error;
    }
  }
  return tasks;
}
