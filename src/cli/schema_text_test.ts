import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { fieldTexts, typeText } from "./schema_text.ts";

const TYPES: readonly [unknown, string][] = [
  [Type.String(), "text"],
  [Type.Integer(), "integer"],
  [Type.Array(Type.String()), "list of text"],
  [{ type: "array" }, "list"],
  [Type.Union([Type.Literal("a"), Type.Literal("b")]), '"a" | "b"'],
  [{ enum: [1, null, "x"] }, '1 | null | "x"'],
  [{ type: ["string", "null"] }, "text | null"],
  [Type.Union([Type.String(), Type.Null()]), "text | null"],
  [{ enum: [1, 2, 3, 4, 5, 6, 7] }, "1 | 2 | 3 | 4 | 5 | 6 | …"],
  [Type.Object({}), "object"],
  [{ properties: {} }, "object"],
  [{}, "anything"],
  [true, "anything"],
  [null, "anything"],
];
for (const [schema, text] of TYPES) {
  Deno.test(`the schema ${JSON.stringify(schema)} is called ${text}`, () => {
    strictEqual(typeText(schema), text);
  });
}

Deno.test("the fields of an object are listed with those of the objects in it", () => {
  const schema = Type.Object({
    name: Type.String({ description: "Of whom" }),
    at: Type.Optional(Type.Object({ x: Type.Number() })),
  });
  deepStrictEqual(
    fieldTexts(schema).map(({ name, type, isRequired, description }) =>
      [name, type, isRequired ? "needed" : "", description].join("/")
    ),
    ["name/text/needed/Of whom", "at/object//", "at.x/number/needed/"],
  );
  deepStrictEqual(fieldTexts(Type.String()), []);
});
