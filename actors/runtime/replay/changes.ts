/**
 * What differs between two JSON values.
 *
 * @module
 */

/** One difference. What is not there on a side has no key there. */
export interface Change {
  /** JSON Pointer from the root of the value; empty for the value itself. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * Lists the differences, in the order of the members; arrays are compared item by item.
 *
 * @example A count that rose, and a name that went
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { changesBetween } from "./mod.ts";
 *
 * deepStrictEqual(changesBetween({ count: 1, name: "a" }, { count: 2 }), [
 *   { path: "/count", before: 1, after: 2 },
 *   { path: "/name", before: "a" },
 * ]);
 * ```
 */
export function changesBetween(before: unknown, after: unknown): Change[] {
  const changes: Change[] = [];
  compare({ before, after, path: "" }, changes);
  return changes;
}

interface Pair {
  readonly before: unknown;
  readonly after: unknown;
  readonly path: string;
}

function compare({ before, after, path }: Pair, changes: Change[]): void {
  if (Object.is(before, after)) return;
  const [had, has] = [membersOf(before), membersOf(after)];
  if (had === undefined || has === undefined || Array.isArray(before) !== Array.isArray(after)) {
    const one = before === undefined ? {} : { before },
      other = after === undefined ? {} : { after };
    changes.push({ path, ...one, ...other });
    return;
  }
  for (const key of new Set([...had.keys(), ...has.keys()])) {
    const inside = `${path}/${escape(key)}`;
    if (!has.has(key)) changes.push({ path: inside, before: had.get(key) });
    else if (!had.has(key)) changes.push({ path: inside, after: has.get(key) });
    else compare({ before: had.get(key), after: has.get(key), path: inside }, changes);
  }
}

function membersOf(value: unknown): Map<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
}

function escape(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
