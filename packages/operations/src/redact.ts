/**
 * Values as they may be recorded: without what their schema marks `secret: true`, or
 * `format: "password"`.
 *
 * @module
 */
import { type SchemaNode, schemaNodes } from "./schema_nodes.ts";

/** Stands where a secret was. */
export const REDACTED = "[redacted]";

/** Copies a value without its secrets; one that cannot hold any is returned as it is. */
export type Redactor = (value: unknown) => unknown;

const unchanged: Redactor = (value) => value;
const redactors = new WeakMap<object, Redactor>();

/**
 * Makes what takes secrets out of the values of a schema; once for each schema, however often it is
 * asked. Where a schema leaves open which of its parts describes a value, all of them count: rather
 * too much is taken out than too little.
 *
 * Only of values that fit the schema is known where their secrets are: check before you record.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { Type } from "@sinclair/typebox";
 * import { redactorOf } from "@alkdev/operations";
 *
 * const redact = redactorOf(Type.Object({
 *   user: Type.String(),
 *   password: Type.String({ secret: true }),
 * }));
 * deepStrictEqual(redact({ user: "ann", password: "hunter2" }), {
 *   user: "ann",
 *   password: "[redacted]",
 * });
 * ```
 */
export function redactorOf(schema: unknown): Redactor {
  if (typeof schema !== "object" || schema === null) return unchanged;
  const known = redactors.get(schema);
  if (known !== undefined) return known;
  const root = schemaNodes(schema);
  const made: Redactor = root.reachesSecret ? (value) => redacted([root], value) : unchanged;
  redactors.set(schema, made);
  return made;
}

/** A value as it may be recorded: `redactorOf(schema)(value)`. */
export function redact(schema: unknown, value: unknown): unknown {
  return redactorOf(schema)(value);
}

/** Whether a value of that schema may have something in it that must not be recorded. */
export function mayHoldSecrets(schema: unknown): boolean {
  return redactorOf(schema) !== unchanged;
}

/** `nodes` are all that say something of this value. */
function redacted(nodes: readonly SchemaNode[], value: unknown): unknown {
  const about = nodesAbout(nodes);
  if (about.length === 0 || value === undefined) return value;
  if (about.some(({ isSecret }) => isSecret)) return REDACTED;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) =>
      redacted(about.flatMap((node) => [...node.items, ...node.first[index] ?? []]), item)
    );
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, unknown]) => [
      name,
      redacted(
        about.flatMap((node) => [...node.others, ...node.properties.get(name) ?? []]),
        member,
      ),
    ]),
  );
}

/** These and all that they lead to without going into the value, as far as secrets are concerned. */
function nodesAbout(nodes: readonly SchemaNode[]): SchemaNode[] {
  const found = new Set<SchemaNode>();
  const open = [...nodes];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!node.reachesSecret || found.has(node)) continue;
    found.add(node);
    open.push(...node.same);
  }
  return [...found];
}
