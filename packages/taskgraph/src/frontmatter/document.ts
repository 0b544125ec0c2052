/**
 * Task files of which nothing is lost.
 *
 * @module
 */
import type { TaskInput } from "../schema/task.ts";
import { interpret } from "./interpret.ts";
import { type FrontmatterSource, readFrontmatter } from "./yaml_source.ts";

/** A task file, whole. */
export interface TaskDocument {
  /** Path of the file, if it has one. */
  readonly path?: string;
  /** The task, as `parseFrontmatter` gives it. */
  readonly task: TaskInput;
  /** The frontmatter keys that are no task's, on an object that inherits nothing. */
  readonly extra: Record<string, unknown>;
  /** Everything after the closing line. */
  readonly body: string;
  /** The file as it was read; this is what `serializeTaskDocument` gives back. */
  readonly text: string;
}

/**
 * Reads a task file so that it can be written back, or changed with `updateTaskDocument`.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { parseTaskDocument, serializeTaskDocument } from "@alkdev/taskgraph";
 *
 * const text = "---\nid: ship # the last one\nname: Ship it\ndepends_on: []\nteam: web\n---\nNow.";
 * const document = parseTaskDocument(text);
 * strictEqual(document.extra.team, "web");
 * strictEqual(document.body, "Now.");
 * strictEqual(serializeTaskDocument(document), text);
 * ```
 *
 * @throws {InvalidInputError} with line and column, if the text is no task file.
 */
export function parseTaskDocument(
  text: string,
  options: { readonly path?: string } = {},
): TaskDocument {
  return describe(readFrontmatter(text, options.path));
}

/** Gives the text of a document, byte for byte as it was read or updated. */
export function serializeTaskDocument(document: TaskDocument): string {
  return document.text;
}

/**
 * Makes the document of a text that was read.
 *
 * @throws {InvalidInputError} if its task breaks the schema.
 */
export function describe(source: FrontmatterSource): TaskDocument {
  const { text, path, frame } = source;
  const { task, extra } = interpret(source);
  const body = text.slice(frame.bodyStart);
  return { ...(path !== undefined && { path }), task, extra, body, text };
}
