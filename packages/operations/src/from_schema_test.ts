import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { FormatRegistry, Kind, KindGuard } from "@sinclair/typebox";
import { FromSchema } from "./from_schema.ts";
import { collectErrors } from "./validation.ts";

// operations.md §14: first matching row wins.
const rows: readonly [unknown, string][] = [
  [
    { allOf: [{ type: "object", properties: {} }, { type: "object", properties: {} }] },
    "Intersect",
  ],
  [{ anyOf: [{ type: "string" }, { type: "number" }] }, "Union"],
  [{ oneOf: [{ type: "string" }, { type: "number" }] }, "Union"],
  [{ enum: ["a", 1, true] }, "Union"],
  [{ enum: ["a"] }, "Literal"],
  [{ enum: [null] }, "Unknown"],
  [{ type: "object", properties: { a: { type: "string" } } }, "Object"],
  [{ type: "object", properties: {}, required: [1] }, "Unknown"],
  [{ type: "object" }, "Unknown"],
  [{ type: "array", items: [{ type: "string" }] }, "Tuple"],
  [{ type: "array", items: { type: "string" } }, "Array"],
  [{ type: "array" }, "Unknown"],
  [{ const: { a: 1 } }, "Literal"],
  [{ const: [1] }, "Literal"],
  [{ const: "a" }, "Literal"],
  [{ const: null }, "Unknown"],
  [{ $ref: "#/x" }, "Ref"],
  [{ type: "string" }, "String"],
  [{ type: "number" }, "Number"],
  [{ type: "integer" }, "Integer"],
  [{ type: "boolean" }, "Boolean"],
  [{ type: "null" }, "Null"],
  [{ type: ["string", "null"] }, "Unknown"],
  [{}, "Unknown"],
  [null, "Unknown"],
  [undefined, "Unknown"],
  ["string", "Unknown"],
];
for (const [schema, kind] of rows) {
  Deno.test(`FromSchema() makes ${kind} of ${JSON.stringify(schema)}`, () => {
    const converted = FromSchema(schema);
    ok(KindGuard.IsSchema(converted));
    strictEqual(converted[Kind], kind);
  });
}

Deno.test("properties that are not required are optional", () => {
  const schema = FromSchema({
    type: "object",
    properties: { a: { type: "string" }, b: { type: "number" } },
    required: ["a"],
  });
  strictEqual(collectErrors(schema, { a: "x" }).length, 0);
  ok(collectErrors(schema, { b: 1 }).length > 0);
});

Deno.test("keywords are kept and enforced", () => {
  const schema = FromSchema({ type: "string", minLength: 2, description: "d", default: "xx" });
  strictEqual(schema.description, "d");
  strictEqual(schema.default, "xx");
  strictEqual(collectErrors(schema, "x").length, 1);
  const list = FromSchema({ type: "array", items: { type: "string" }, maxItems: 1 });
  strictEqual(collectErrors(list, ["a", "b"]).length, 1);
});

Deno.test("Unknown keeps the input as its options", () => {
  strictEqual(FromSchema({ type: "object", title: "t" }).title, "t");
});

Deno.test("an enum goes without the input's other keywords", () => {
  strictEqual(FromSchema({ enum: ["a", "b"], description: "d" }).description, undefined);
});

Deno.test("a format that nobody checks is an annotation; a registered one is enforced", () => {
  const loose = FromSchema({ type: "string", format: "date-time" });
  strictEqual(collectErrors(loose, "whatever").length, 0);
  strictEqual(loose["x-format"], "date-time");
  FormatRegistry.Set("test-upper", (value) => value === value.toUpperCase());
  try {
    const strict = FromSchema({ type: "string", format: "test-upper" });
    strictEqual(collectErrors(strict, "ABC").length, 0);
    strictEqual(collectErrors(strict, "abc").length, 1);
  } finally {
    FormatRegistry.Delete("test-upper");
  }
});

Deno.test("a primitive const is enforced", () => {
  const schema = FromSchema({ const: 5 });
  deepStrictEqual([collectErrors(schema, 5).length, collectErrors(schema, 6).length], [0, 1]);
});

Deno.test("oneOf takes a value that several members fit", () => {
  const schema = FromSchema({ oneOf: [{ type: "number" }, { type: "integer" }] });
  strictEqual(collectErrors(schema, 1).length, 0);
});

Deno.test("a schema nested past all reason is refused", () => {
  let schema: unknown = { type: "string" };
  for (let depth = 0; depth < 500; depth++) schema = { type: "array", items: schema };
  throws(() => FromSchema(schema), RangeError);
});
