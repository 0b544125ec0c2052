/**
 * Writes tasks as text.
 *
 * @module
 */
import { Value } from "@sinclair/typebox/value";
import { parse, stringify } from "yaml";
import type { TaskInput } from "../schema/task.ts";

// Two keys may hold the same array; each is written out.
const WRITE = { lineWidth: 0, aliasDuplicateObjects: false };
const WRITE_QUOTED = { ...WRITE, blockQuote: false, doubleQuotedMinMultiLineLength: Infinity };

/**
 * Writes a task as a file: frontmatter with the keys that are not `undefined`, then `body`.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { serializeFrontmatter } from "@alkdev/taskgraph";
 *
 * const text = serializeFrontmatter({ id: "ship", name: "Ship it", dependsOn: [] }, "Now.\n");
 * strictEqual(text, "---\nid: ship\nname: Ship it\ndependsOn: []\n---\nNow.\n");
 * ```
 */
export function serializeFrontmatter(task: TaskInput, body: string = ""): string {
  return `---\n${write(task)}---\n${body}`;
}

/**
 * Writes strings of many lines as blocks, unless that would lose one: the newline before the closing
 * line is not a part of the data, so a block at the very end may be read as one line less.
 */
function write(task: TaskInput): string {
  const text = stringify(task, WRITE);
  if (!JSON.stringify(task).includes("\\n")) return text;
  const quoted = stringify(task, WRITE_QUOTED);
  return Value.Equal(parse(text.slice(0, -1)), parse(quoted)) ? text : quoted;
}
