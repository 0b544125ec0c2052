/**
 * Changes to task files that leave everything else as it was.
 *
 * @module
 */
import { Value } from "@sinclair/typebox/value";
import { InvalidInputError } from "../error/index.ts";
import { TaskInput } from "../schema/task.ts";
import { describe, type TaskDocument } from "./document.ts";
import { type Change, type Edit, editFor } from "./edit.ts";
import { interpret, isTaskKey, schemaError, spelledKey } from "./interpret.ts";
import { type FrontmatterSource, readFrontmatter } from "./yaml_source.ts";

/** What to change in a task file; `undefined` removes a key, `null` writes `null`. */
export type TaskDocumentPatch =
  & { readonly [Key in keyof TaskInput]?: TaskInput[Key] | undefined }
  & {
    /** Changes to the keys that are no task's, each as above. */
    readonly extra?: Readonly<Record<string, unknown>> | undefined;
    /** A new body. */
    readonly body?: string | undefined;
  };

/**
 * Changes some keys or the body of a task file and leaves every other byte as it was.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { parseTaskDocument, updateTaskDocument } from "@alkdev/taskgraph";
 *
 * const document = parseTaskDocument(
 *   "---\nid: ship # the last one\nname: Ship it\nstatus: pending\ndepends_on: []\n---\nNow.",
 * );
 * const updated = updateTaskDocument(document, { status: "completed", priority: "high" });
 * strictEqual(
 *   updated.text,
 *   "---\nid: ship # the last one\nname: Ship it\nstatus: completed\ndepends_on: []\n" +
 *     "priority: high\n---\nNow.",
 * );
 * ```
 *
 * @throws {InvalidInputError} if the result would be no task, or the file is written in a way in
 * which the key cannot be changed alone.
 */
export function updateTaskDocument(
  document: TaskDocument,
  patch: TaskDocumentPatch,
): TaskDocument {
  const source = readFrontmatter(document.text, document.path);
  const { body, changes } = planOf(source, patch);
  const expected = applied(source, changes);
  if (!Value.Check(TaskInput, expected.task)) throw schemaError(expected.task, source);
  let next = source;
  // One at a time: a later edit may be next to an earlier one.
  for (const change of changes) {
    const edit = editFor(next, change);
    if (edit !== undefined) next = reread(next, edit, change.key);
  }
  if (body !== undefined) next = reread(next, bodyEdit(next, body), "body");
  const updated = describe(next);
  const isExpected = Value.Equal(updated.task, expected.task) &&
    Value.Equal({ ...updated.extra }, { ...expected.extra }) &&
    updated.body === (body ?? describe(source).body);
  if (!isExpected) {
    throw uneditable(changes[0]?.key ?? "body", "the file would say something else");
  }
  return updated;
}

/** Picks what differs from what the file says. */
function planOf(
  { values }: FrontmatterSource,
  patch: TaskDocumentPatch,
): { body: string | undefined; changes: Change[] } {
  const { extra = {}, body, ...fields } = patch;
  const wanted = new Map<string, unknown>();
  for (const [key, value] of Object.entries(fields)) {
    if (!isTaskKey(key)) throw new InvalidInputError(key, "Not a task's key; put it under extra");
    wanted.set(spelledKey(key, values), value);
  }
  for (const [key, value] of Object.entries(extra)) {
    if (isTaskKey(key) || key === spelledKey("dependsOn", values)) {
      throw new InvalidInputError(key, "A task's key; put it beside extra");
    }
    wanted.set(key, value);
  }
  const changes = [...wanted].map(([key, value]) => ({ key, value }));
  return { body, changes: changes.filter((change) => differs(values, change)) };
}

function differs(values: Readonly<Record<string, unknown>>, { key, value }: Change): boolean {
  if (!Object.hasOwn(values, key)) return value !== undefined;
  return value === undefined || !Value.Equal(values[key], value);
}

/** Gives what the file shall say in the end. */
function applied(
  source: FrontmatterSource,
  changes: readonly Change[],
): { task: unknown; extra: Record<string, unknown> } {
  const { task, extra } = interpret(source);
  const next: Record<string, unknown> = { ...task };
  const rest: Record<string, unknown> = Object.assign(Object.create(null), extra);
  for (const { key, value } of changes) {
    const isDependencies = key === spelledKey("dependsOn", source.values);
    const target = isDependencies || isTaskKey(key) ? next : rest;
    const name = isDependencies ? "dependsOn" : key;
    if (value === undefined) delete target[name];
    else target[name] = value;
  }
  return { task: next, extra: rest };
}

function bodyEdit({ text, frame }: FrontmatterSource, body: string): Edit {
  const isLineOpen = !text.endsWith("\n", frame.bodyStart);
  const newline = text[frame.dataStart - 2] === "\r" ? "\r\n" : "\n";
  const start = frame.bodyStart, end = text.length;
  return { start, end, text: isLineOpen && body !== "" ? newline + body : body };
}

/** Whatever an edit did that was not foreseen shows here, before anyone sees the result. */
function reread({ text, path }: FrontmatterSource, edit: Edit, key: string): FrontmatterSource {
  try {
    return readFrontmatter(text.slice(0, edit.start) + edit.text + text.slice(edit.end), path);
  } catch (error) {
    throw uneditable(key, error instanceof Error ? error.message : String(error));
  }
}

function uneditable(key: string, reason: string): InvalidInputError {
  return new InvalidInputError(key, `Cannot change "${key}" in place: ${reason}`);
}
