/**
 * Reads tasks from text.
 *
 * @module
 */
import type { TaskInput } from "../schema/task.ts";
import { interpret } from "./interpret.ts";
import { readFrontmatter } from "./yaml_source.ts";

export { splitFrontmatter } from "./split.ts";

/**
 * Reads the task in the frontmatter of a file; keys it does not know are dropped.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { parseFrontmatter } from "@alkdev/taskgraph";
 *
 * const task = parseFrontmatter("---\nid: ship\nname: Ship it\ndepends_on: [test]\n---\n");
 * deepStrictEqual(task, { id: "ship", name: "Ship it", dependsOn: ["test"] });
 * ```
 *
 * @throws {InvalidInputError} if there is no frontmatter, it is no YAML, or it is no task.
 */
export function parseFrontmatter(markdown: string): TaskInput {
  return interpret(readFrontmatter(markdown)).task;
}
