/**
 * Nobody sets what is not theirs to set: what callers send to operations that administer the hub is closed.
 *
 * The operations are those of the registry that a hub runs with, so that one that is added is here
 * by itself.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { testNode } from "../src/auth/_testing.ts";
import { testOperations } from "./harness/operations.ts";

/** What changes who may do what, or holds secrets. */
const ADMINISTRATION = /^(?:keys|peers|registration|roles|audit|credentials)\//;
/** Parts of a secret, by names that the service gives them. */
const OPEN: readonly string[] = ["credentials/set.credential.params"];

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects in a schema that take properties which they do not name, by where they stand. */
function* openObjects(schema: unknown, path: string): Generator<string, void> {
  if (!isMembers(schema)) return;
  const isObject = schema.type === "object" || "properties" in schema;
  if (isObject && schema.additionalProperties !== false) yield path;
  const { properties, patternProperties, items } = schema;
  for (const [name, part] of isMembers(properties) ? Object.entries(properties) : []) {
    yield* openObjects(part, `${path}.${name}`);
  }
  const parts = isMembers(patternProperties) ? Object.values(patternProperties) : [];
  for (const part of parts) yield* openObjects(part, `${path}.*`);
  yield* openObjects(items, `${path}[]`);
  for (const list of [schema.anyOf, schema.oneOf, schema.allOf]) {
    for (const part of Array.isArray(list) ? list : []) yield* openObjects(part, path);
  }
}

Deno.test("operations that administer the hub take no property that they do not name, however deep", async () => {
  await using node = await testNode();
  await using started = await testOperations(node);
  const specs = started.registry.getAllSpecs().filter(({ name }) => ADMINISTRATION.test(name));
  ok(specs.length > 20, "the registry was read");
  const open = specs.flatMap(({ name, inputSchema }) => [...openObjects(inputSchema, name)]);
  deepStrictEqual(open.filter((path) => !OPEN.includes(path)), []);
});
