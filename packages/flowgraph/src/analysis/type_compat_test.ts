import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import fc from "fast-check";
import { typeCompat, type TypeCompatResult } from "./type_compat.ts";

const string = { type: "string" }, number = { type: "number" }, integer = { type: "integer" };

function object(properties: Record<string, unknown>, required = Object.keys(properties)) {
  return { type: "object", properties, required };
}

function tuple(...items: unknown[]) {
  return { type: "array", items, minItems: items.length, maxItems: items.length };
}

const list = { type: "array", items: string };
const node = (of: unknown) => ({
  $ref: "#/$defs/node",
  $defs: {
    node: object({ value: of, next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } }),
  },
});

type Row = [
  what: string,
  output: unknown,
  input: unknown,
  kind: TypeCompatResult["kind"],
  detail?: string,
];

const ROWS: Row[] = [
  // 4.1.1: nothing said on either side
  ["a missing output", undefined, string, "unknown"],
  ["a missing input", string, undefined, "unknown"],
  ["true", true, string, "unknown"],
  ["an empty schema", {}, string, "unknown"],
  ["an empty schema twice", {}, {}, "unknown"],
  ["TypeBox Any", Type.Any(), string, "unknown"],
  ["TypeBox Unknown", string, Type.Unknown(), "unknown"],
  ["only annotations", { title: "x" }, string, "unknown"],
  // 4.1.2: identical
  ["the same schema", string, { type: "string" }, "exact"],
  ["other annotations", { ...string, title: "x", default: 1 }, { ...string, $id: "y" }, "exact"],
  [
    "another order of keys",
    object({ a: string, b: number }),
    object({ b: number, a: string }),
    "exact",
  ],
  [
    "a property called title",
    object({ title: string }),
    object({ title: number }),
    "mismatch",
    "/title: string is not number",
  ],
  // 4.1.3: references
  ["recursive schemas that fit", node(integer), node(number), "subtype"],
  [
    "recursive schemas that do not",
    node(string),
    node(number),
    "mismatch",
    "/value: string is not number",
  ],
  ["a reference that leads nowhere", { $ref: "#/$defs/none" }, string, "unknown"],
  [
    "a TypeBox recursive type",
    Type.Recursive((This) => Type.Object({ to: Type.Array(This), x: Type.String() })),
    Type.Recursive((This) => Type.Object({ to: Type.Array(This) })),
    "subtype",
  ],
  // 4.1.4: alternatives
  ["one of the alternatives", string, { anyOf: [string, number] }, "subtype"],
  [
    "none of the alternatives",
    { type: "boolean" },
    { anyOf: [string, number] },
    "mismatch",
    "/: boolean is not string | number",
  ],
  [
    "an output of which one does not fit",
    { anyOf: [string, number] },
    string,
    "mismatch",
    "/: number is not string",
  ],
  ["a smaller enum", { enum: ["a", "b"] }, { enum: ["a", "b", "c"] }, "subtype"],
  [
    "a larger enum",
    { enum: ["a", "d"] },
    { enum: ["a", "b"] },
    "mismatch",
    '/: "d" is not "a" | "b"',
  ],
  ["a const in an enum", { const: "a" }, { enum: ["a", "b"] }, "subtype"],
  [
    "a list of types",
    { type: ["string", "null"] },
    { type: ["string", "null", "number"] },
    "subtype",
  ],
  [
    "merged objects",
    { allOf: [object({ a: string }), object({ b: number })] },
    object({ a: string, b: number }),
    "subtype",
  ],
  ["other allOf", { allOf: [string, { minLength: 1 }] }, number, "unknown"],
  // 4.1.5: base types
  ["an integer for a number", integer, number, "subtype"],
  ["a number for an integer", number, integer, "mismatch", "/: number is not integer"],
  ["a literal for its type", { const: "a", type: "string" }, string, "subtype"],
  ["a type for a literal", string, { const: "a" }, "mismatch", '/: string is not "a"'],
  ["a whole literal for an integer", { const: 5 }, integer, "subtype"],
  ["a broken literal for an integer", { const: 5.5 }, integer, "mismatch", "/: 5.5 is not integer"],
  ["null for const null", { type: "null" }, { const: null }, "subtype"],
  // 4.1.6: objects
  [
    "more properties than asked for",
    object({ a: string, b: number }),
    object({ a: string }),
    "subtype",
  ],
  [
    "a missing property",
    object({ a: string }),
    object({ a: string, b: number }),
    "mismatch",
    "/b: is missing",
  ],
  [
    "a property that may be absent",
    object({ a: string }, []),
    object({ a: string }),
    "mismatch",
    "/a: is optional in the output",
  ],
  [
    "an optional property that is there",
    object({ a: string }),
    object({ a: string }, []),
    "subtype",
  ],
  [
    "an optional property of another type",
    object({ a: number }),
    object({ a: string }, []),
    "mismatch",
    "/a: number is not string",
  ],
  [
    "an optional property that is not there",
    object({ a: string }),
    object({ b: number }, []),
    "subtype",
  ],
  [
    "a nested mismatch",
    object({ user: object({ id: string }) }),
    object({ user: object({ id: number }) }),
    "mismatch",
    "/user/id: string is not number",
  ],
  [
    "an extra property that is forbidden",
    object({ a: string, b: string }),
    { ...object({ a: string }), additionalProperties: false },
    "mismatch",
    "/b: is not accepted",
  ],
  ["any object", object({ a: string }), { type: "object" }, "subtype"],
  [
    "a record of fitting values",
    Type.Record(Type.String(), Type.Integer()),
    Type.Record(Type.String(), Type.Number()),
    "subtype",
  ],
  [
    "a record of other values",
    Type.Record(Type.String(), Type.String()),
    Type.Record(Type.String(), Type.Number()),
    "mismatch",
    "/*: string is not number",
  ],
  [
    "an object as a record",
    object({ a: number }),
    { type: "object", additionalProperties: number },
    "subtype",
  ],
  [
    "an object that is no such record",
    object({ a: string }),
    { type: "object", additionalProperties: number },
    "mismatch",
    "/a: string is not number",
  ],
  [
    "a property that every object has",
    object({ constructor: string }),
    object({ constructor: number }),
    "mismatch",
    "/constructor: string is not number",
  ],
  [
    "a property that every object has, missing",
    object({}),
    object({ toString: string }),
    "mismatch",
    "/toString: is missing",
  ],
  [
    "a key with a slash",
    object({ "a/b": string }),
    object({ "a/b": number }),
    "mismatch",
    "/a~1b: string is not number",
  ],
  // 4.1.7: arrays
  ["fitting items", { type: "array", items: integer }, { type: "array", items: number }, "subtype"],
  ["other items", list, { type: "array", items: number }, "mismatch", "/*: string is not number"],
  ["a fitting tuple", tuple(integer, string), tuple(number, string), "subtype"],
  [
    "a tuple with another place",
    tuple(string, number),
    tuple(string, string),
    "mismatch",
    "/1: number is not string",
  ],
  [
    "a tuple that is too short",
    tuple(string),
    tuple(string, string),
    "mismatch",
    "/: at least 1 items is not at least 2",
  ],
  [
    "a tuple that is too long",
    tuple(string, string),
    tuple(string),
    "mismatch",
    "/: at most 2 items is not at most 1",
  ],
  ["a tuple as a list", tuple(string, string), list, "subtype"],
  ["a list as a tuple", list, tuple(string), "mismatch", "/: at least 0 items is not at least 1"],
  ["an unknown item", { type: "array", items: {} }, list, "unknown"],
  // 4.1.8: constraints
  [
    "a constraint",
    object({ name: string }),
    object({ name: { ...string, minLength: 1 } }),
    "subtype",
    "constraints not compared: /name minLength",
  ],
  // unknown inside
  [
    "something unknown inside",
    object({ a: {}, b: string }),
    object({ a: string, b: string }),
    "unknown",
  ],
  [
    "something unknown beside a mismatch",
    object({ a: {}, b: string }),
    object({ a: string, b: number }),
    "mismatch",
    "/b: string is not number",
  ],
];

const COMPATIBLE = { exact: true, subtype: true, unknown: undefined, mismatch: false };

for (const [what, output, input, kind, detail] of ROWS) {
  Deno.test(`typeCompat(): ${what} is ${kind}`, () => {
    const expected = { compatible: COMPATIBLE[kind], kind, ...(detail && { detail }) };
    deepStrictEqual(typeCompat(output, input), expected);
  });
}

const schemas = fc.letrec<{ schema: object }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<object>(string, number, integer, { type: "boolean" }, { enum: ["a", 1] }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("schema"), { maxKeys: 3 }).map((properties) =>
      object(properties)
    ),
    tie("schema").map((items) => ({ type: "array", items })),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
  ),
})).schema;

Deno.test("typeCompat(): a schema fits itself exactly", () => {
  fc.assert(fc.property(schemas, (schema) => {
    strictEqual(typeCompat(schema, JSON.parse(JSON.stringify(schema))).kind, "exact");
  }));
});

const properties = fc.dictionary(fc.constantFrom("a", "b", "c"), schemas, {
  minKeys: 1,
  maxKeys: 3,
});

Deno.test("typeCompat(): another output property never makes a fit a mismatch", () => {
  fc.assert(fc.property(properties, properties, schemas, (output, input, extra) => {
    const before = typeCompat(object(output), object(input));
    const after = typeCompat(object({ ...output, extra }), object(input));
    if (before.compatible) strictEqual(after.compatible, true);
  }));
});

Deno.test("typeCompat(): a required property that is dropped always makes a mismatch", () => {
  fc.assert(fc.property(properties, (input) => {
    const [first = ""] = Object.keys(input);
    const { [first]: _dropped, ...output } = input;
    strictEqual(typeCompat(object(output), object(input)).kind, "mismatch");
  }));
});
