/**
 * Tells which part of frontmatter is the task.
 *
 * @module
 */
import { Value } from "@sinclair/typebox/value";
import { isCollection, isNode } from "yaml";
import { InvalidInputError } from "../error/index.ts";
import { TaskInput } from "../schema/task.ts";
import { positionAt } from "./position.ts";
import type { FrontmatterSource } from "./yaml_source.ts";

const ALIAS = "depends_on";

/** What frontmatter says: the task, and the keys that are not the task's. */
export interface Interpretation {
  /** The known keys. */
  readonly task: TaskInput;
  /** The others, on an object that inherits nothing. */
  readonly extra: Record<string, unknown>;
}

/** Tells whether a key is one of a task's. */
export function isTaskKey(key: string): key is keyof TaskInput {
  return Object.hasOwn(TaskInput.properties, key);
}

/** Gives the spelling under which a file has a task's key. */
export function spelledKey(key: string, values: Readonly<Record<string, unknown>>): string {
  return key === "dependsOn" && !Object.hasOwn(values, key) && Object.hasOwn(values, ALIAS)
    ? ALIAS
    : key;
}

/**
 * Sorts the keys of frontmatter into the task and the rest.
 *
 * @throws {InvalidInputError} if the task breaks its schema.
 */
export function interpret(source: FrontmatterSource): Interpretation {
  const { values } = source;
  const dependencies = spelledKey("dependsOn", values);
  const task: Record<string, unknown> = {};
  const extra: Record<string, unknown> = Object.create(null);
  for (const [key, value] of Object.entries(values)) {
    if (key === dependencies) task["dependsOn"] = value;
    else if (isTaskKey(key)) task[key] = value;
    else extra[key] = value;
  }
  if (!Value.Check(TaskInput, task)) throw schemaError(task, source);
  return { task, extra };
}

/** Makes the error for the first thing in which `task` breaks its schema. */
export function schemaError(task: unknown, source: FrontmatterSource): InvalidInputError {
  const error = Value.Errors(TaskInput, task).First() ?? { path: "", message: "Invalid task" };
  const position = fieldPosition(source, error.path);
  const { path } = source;
  return InvalidInputError.fromTypeBoxError(error, { ...position, ...(path && { path }) });
}

/** Gives where a field stands; for a field that is missing, where the mapping begins. */
export function fieldPosition(
  { root, values, frame, text }: FrontmatterSource,
  field: string,
): { line: number; column: number } {
  const [, first = "", ...rest] = field.split("/");
  let node: unknown = root;
  let offset = root.range[0];
  for (const key of [spelledKey(first, values), ...rest]) {
    node = isCollection(node) ? node.get(key, true) : undefined;
    if (!isNode(node) || !node.range) break;
    offset = node.range[0];
  }
  return positionAt(text, Math.min(frame.dataStart + offset, text.length));
}
