import { deepStrictEqual, throws } from "node:assert/strict";
import { importSpecs } from "./import_specs.ts";

const offered = (name: string, rest: object = {}) => ({ name, op_type: "query", ...rest });

Deno.test("what a peer offers is read whole", () => {
  const imported = importSpecs([offered("fs/read"), offered("/fs/write"), offered("docker/a/b")]);
  deepStrictEqual(imported.map(({ name, spec }) => [name, spec.namespace, spec.name]), [
    ["fs/read", "fs", "read"],
    ["fs/write", "fs", "write"],
    ["docker/a/b", "docker", "a/b"],
  ]);
});

// call-protocol.md §14 and §16.1: one fault, and nothing is imported.
const many = Array.from({ length: 501 }, (_, index) => offered(`fs/op${index}`));
/** A kilobyte that unfolds to eight thousand nodes. */
const $defs: Record<string, unknown> = { s0: {} };
for (let level = 1; level < 12; level++) {
  const $ref = `#/$defs/s${level - 1}`;
  $defs[`s${level}`] = { properties: { a: { $ref }, b: { $ref } } };
}
const unfolding = { $defs, $ref: "#/$defs/s11" };
const rows: readonly [string, readonly unknown[], string][] = [
  ["a name twice", [offered("fs/read"), offered("/fs/read")], "SamePeerCollision"],
  ["501 operations", many, "SchemaParse"],
  [
    "more than 4 MiB",
    Array.from(
      { length: 80 },
      (_, index) => offered(`fs/op${index}`, { input_schema: { description: "x".repeat(60_000) } }),
    ),
    "SchemaParse",
  ],
  [
    "schemas that take little to write and much to read",
    Array.from(
      { length: 100 },
      (_, index) => offered(`fs/op${index}`, { input_schema: unfolding }),
    ),
    "SchemaParse",
  ],
  ["one that cannot be read", [offered("fs/read"), offered("../x")], "SchemaParse"],
];
for (const [name, values, code] of rows) {
  Deno.test(`an import with ${name} fails with ${code}`, () => {
    throws(() => importSpecs(values), { name: "ImportError", code });
  });
}

Deno.test("one schema that unfolds is taken", () => {
  deepStrictEqual(importSpecs([offered("fs/op", { input_schema: unfolding })]).length, 1);
});

Deno.test("500 operations can be imported", () => {
  deepStrictEqual(importSpecs(many.slice(1)).length, 500);
});
