/**
 * Nobody sets what is not theirs to set: what callers send to operations of the hub is closed.
 *
 * The operations are those of the registry that a hub runs with, so that one that is added is here
 * by itself.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { testNode } from "../src/auth/_testing.ts";
import { testOperations } from "./harness/operations.ts";

/** What is data of somebody else's: the members of an event, which the actor's kind takes or refuses. */
const EVENT = /^actors\/(?:send|ask)\.event$/;
/** Parts of a secret, by names that the service gives them. */
const OPEN: readonly RegExp[] = [EVENT, /^credentials\/set\.credential\.params$/];

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

Deno.test("operations of the hub take no property that they do not name, however deep", async () => {
  await using node = await testNode();
  await using started = await testOperations(node);
  // Discovery changes nothing, and others have versions of it that send more.
  const specs = started.registry.getAllSpecs().filter(({ namespace }) => namespace === "hub");
  ok(specs.length > 40, "the registry was read");
  const open = specs.flatMap(({ name, inputSchema }) => [...openObjects(inputSchema, name)]);
  deepStrictEqual(open.filter((path) => !OPEN.some((one) => one.test(path))), []);
  // Each of the exceptions is one.
  deepStrictEqual(OPEN.filter((one) => !open.some((path) => one.test(path))), []);
});
