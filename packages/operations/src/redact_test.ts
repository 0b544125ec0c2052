import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { mayHoldSecrets, redact, REDACTED, redactorOf } from "./redact.ts";

const Secret = Type.String({ secret: true });
const Tree = Type.Recursive((This) =>
  Type.Object({ key: Secret, name: Type.String(), children: Type.Array(This) })
);
const Module = Type.Module({
  Key: Type.Object({ secret: Secret }),
  Keys: Type.Array(Type.Ref("Key")),
});
const looped: Record<string, unknown> = { properties: { key: { secret: true } } };
looped.additionalProperties = looped;

const CASES: readonly (readonly [what: string, schema: unknown, value: unknown, left: unknown])[] =
  [
    ["the whole value", Secret, "s3cret", REDACTED],
    ["an object", Type.Object({ a: Type.Object({}, { secret: true }) }), { a: { b: 1 } }, {
      a: REDACTED,
    }],
    ["a property that is absent", Type.Object({ a: Type.Optional(Secret) }), { b: 1 }, { b: 1 }],
    ["what OpenAPI documents mark", { properties: { p: { format: "password" } } }, { p: "x" }, {
      p: REDACTED,
    }],
    ["items", Type.Array(Secret), ["x", "y"], [REDACTED, REDACTED]],
    ["one item of a tuple", Type.Tuple([Type.String(), Secret]), ["x", "y"], ["x", REDACTED]],
    [
      "the items after a beginning",
      { prefixItems: [{}], items: { properties: { k: { secret: true } } } },
      [1, { k: "x" }],
      [1, { k: REDACTED }],
    ],
    ["values of a record", Type.Record(Type.String(), Secret), { a: "x" }, { a: REDACTED }],
    [
      "what any branch of a union marks",
      Type.Union([
        Type.Object({ kind: Type.Literal("a"), token: Type.String() }),
        Type.Object({ kind: Type.Literal("b"), token: Secret }),
      ]),
      { kind: "a", token: "x" },
      { kind: "a", token: REDACTED },
    ],
    [
      "what a part of an intersection marks",
      Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ k: Secret })]),
      { a: "x", k: "y" },
      { a: "x", k: REDACTED },
    ],
    [
      "a schema that refers to itself",
      Tree,
      { key: "x", name: "n", children: [{ key: "y", name: "m", children: [] }] },
      { key: REDACTED, name: "n", children: [{ key: REDACTED, name: "m", children: [] }] },
    ],
    ["a part of a module", Module.Import("Keys"), [{ secret: "x" }], [{ secret: REDACTED }]],
    [
      "a reference by place, with escapes",
      {
        properties: { k: { $ref: "#/$defs/a~1b%20c", description: "beside it" } },
        $defs: { "a/b c": { secret: true } },
      },
      { k: "x" },
      { k: REDACTED },
    ],
    [
      "a reference by anchor",
      { items: { $ref: "#key" }, $defs: { any: { $anchor: "key", secret: true } } },
      ["x"],
      [REDACTED],
    ],
    ["an object that holds itself", looped, { a: { b: { key: "x" } } }, {
      a: { b: { key: REDACTED } },
    }],
    [
      "what applies under a condition",
      { if: { required: ["a"] }, then: { properties: { k: { secret: true } } } },
      { k: "x" },
      { k: REDACTED },
    ],
    ["a property of that very name", Type.Object({ secret: Type.Boolean() }), { secret: true }, {
      secret: true,
    }],
  ];
for (const [what, schema, value, left] of CASES) {
  Deno.test(`redact() takes out ${what}`, () => {
    const before = structuredClone(value);
    deepStrictEqual(redact(schema, value), left);
    deepStrictEqual(value, before, "the value itself stays");
  });
}

Deno.test("a value whose schema has no secret is not copied", () => {
  const value = { a: [1, { b: 2 }] };
  for (const schema of [Type.Any(), { $ref: "#" }, { $ref: "#/nowhere/%" }, true, undefined]) {
    strictEqual(redact(schema, value), value);
    strictEqual(mayHoldSecrets(schema), false);
  }
});

Deno.test("a property that sets prototypes is a property like any other", () => {
  const value: unknown = JSON.parse('{"__proto__":{"k":"x"},"k":"y"}');
  const schema = { additionalProperties: { properties: { k: { secret: true } } } };
  strictEqual(
    JSON.stringify(redact(schema, value)),
    `{"__proto__":{"k":"${REDACTED}"},"k":"y"}`,
  );
});

Deno.test("a redactor is made once for each schema", () => {
  ok(redactorOf(Tree) === redactorOf(Tree));
  ok(mayHoldSecrets(Tree));
});

Deno.test("a schema of 20,000 parts is read in a moment", () => {
  const deep: Record<string, unknown> = { secret: true };
  let schema = deep;
  for (let level = 0; level < 10_000; level++) schema = { properties: { a: schema, b: deep } };
  const began = performance.now();
  deepStrictEqual(redact(schema, { b: "x", a: { c: 1 } }), { b: REDACTED, a: { c: 1 } });
  // Far above what it takes, so that only a change of kind shows.
  ok(performance.now() - began < 20_000);
});
