import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { KindGuard } from "@sinclair/typebox";
import { FromOpenAPI, type OpenAPISpec } from "../from_openapi.ts";
import { References } from "./references.ts";

/** Schemas of which each refers twice to the one before: a tree of 2^30 leaves. */
function doubling(): Record<string, unknown> {
  const schemas: Record<string, unknown> = { s0: { type: "string" } };
  for (let level = 1; level < 30; level++) {
    const $ref = `#/components/schemas/s${level - 1}`;
    schemas[`s${level}`] = { type: "object", properties: { a: { $ref }, b: { $ref } } };
  }
  return schemas;
}

/** Schemas that all contain each other: there is no end of the ways through them. */
function entangled(): Record<string, unknown> {
  const names = Array.from({ length: 30 }, (_, index) => `s${index}`);
  const all = () =>
    Object.fromEntries(names.map((name) => [name, { $ref: `#/components/schemas/${name}` }]));
  return Object.fromEntries(names.map((name) => [name, { type: "object", properties: all() }]));
}

function documentOf(schemas: Record<string, unknown>, count = 1, last = "s29"): OpenAPISpec {
  const schema = { $ref: `#/components/schemas/${last}` };
  const responses = { 200: { content: { "application/json": { schema } } } };
  return {
    info: { title: "t", version: "1" },
    paths: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`/x${index}`, { get: { responses } }]),
    ),
    components: { schemas },
  };
}

const config = { namespace: "n", baseUrl: "https://x.example" };

for (const [name, schemas] of Object.entries({ doubling: doubling(), entangled: entangled() })) {
  Deno.test(`${name} references are no copy that is ever made`, () => {
    const document = documentOf(schemas);
    throws(
      () => new References(document).inline({ $ref: "#/components/schemas/s29" }),
      { name: "RangeError", message: /unfold too far/ },
    );
  });

  Deno.test(`a document with ${name} references is imported, and takes what they describe as unknown`, () => {
    const [operation] = FromOpenAPI(documentOf(schemas), config);
    ok(operation !== undefined && KindGuard.IsUnknown(operation.outputSchema));
  });
}

Deno.test("a schema that a thousand endpoints refer to is read once", () => {
  const properties = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [`p${index}`, { type: "object", properties: {} }]),
  );
  const document = documentOf({ large: { type: "object", properties } }, 1000, "large");
  const operations = FromOpenAPI(document, config);
  strictEqual(operations.length, 1000);
  strictEqual(new Set(operations.map(({ outputSchema }) => outputSchema)).size, 1);
});

Deno.test("what is cut for containing itself is cut at the place where it does, wherever it is asked for", () => {
  const tree = { type: "object", properties: { child: { $ref: "#/tree" } } };
  const references = new References({ tree, holder: { a: { $ref: "#/tree" } } });
  const once = { type: "object", properties: { child: { type: "object" } } };
  deepStrictEqual(references.inline({ $ref: "#/holder" }), { a: once });
  deepStrictEqual(references.inline({ $ref: "#/tree" }), once);
});

Deno.test("a schema on the way round a cycle is not remembered as it was cut there", () => {
  const document = {
    a: { properties: { b: { $ref: "#/b" } } },
    b: { properties: { a: { $ref: "#/a" } } },
  };
  const references = new References(document);
  const cut = { type: "object" };
  deepStrictEqual(references.inline({ $ref: "#/a" }), {
    properties: { b: { properties: { a: cut } } },
  });
  // `b` as it was met inside of `a` has no `a` in it; asked for by itself it has.
  const { properties } = Object(references.inline({ $ref: "#/b" }));
  deepStrictEqual(properties.a, { properties: { b: { properties: { a: cut } } } });
});

Deno.test("what stands beside a reference counts for that place alone", () => {
  const references = new References({ s: { type: "string", description: "one" } });
  deepStrictEqual(references.inline([{ $ref: "#/s", description: "two" }, { $ref: "#/s" }]), [
    { type: "string", description: "two" },
    { type: "string", description: "one" },
  ]);
});
