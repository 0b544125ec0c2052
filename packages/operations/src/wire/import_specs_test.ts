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
  ["one that cannot be read", [offered("fs/read"), offered("../x")], "SchemaParse"],
];
for (const [name, values, code] of rows) {
  Deno.test(`an import with ${name} fails with ${code}`, () => {
    throws(() => importSpecs(values), { name: "ImportError", code });
  });
}

Deno.test("500 operations can be imported", () => {
  deepStrictEqual(importSpecs(many.slice(1)).length, 500);
});
