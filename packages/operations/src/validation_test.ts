import { deepStrictEqual, doesNotThrow, strictEqual, throws } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { CallError } from "./error.ts";
import { assertIsSchema, collectErrors, formatValueErrors, validateOrThrow } from "./validation.ts";
import { validatorOf } from "./validator.ts";

const schema = Type.Object({ n: Type.Number() });

Deno.test("formatValueErrors() writes one indented line per error and no last newline", () => {
  const errors = [{ path: "/a", message: "bad" }, { path: "/b", message: "worse" }];
  strictEqual(formatValueErrors(errors), "  - /a: bad\n  - /b: worse");
  strictEqual(formatValueErrors(errors, "* "), "* /a: bad\n* /b: worse");
  strictEqual(formatValueErrors([]), "");
});

Deno.test("assertIsSchema() passes for TypeBox schemas only", () => {
  doesNotThrow(() => assertIsSchema(Type.Unknown()));
  doesNotThrow(() => assertIsSchema(schema, "input"));
  throws(() => assertIsSchema({ type: "string" }), { message: "Not a valid TypeBox schema" });
  throws(() => assertIsSchema(null, "input of a.b"), {
    message: "Not a valid TypeBox schema for input of a.b",
  });
});

Deno.test("validateOrThrow() returns nothing for a value that fits", () => {
  strictEqual(validateOrThrow(schema, { n: 1, extra: true }), undefined);
});

Deno.test("validateOrThrow() throws VALIDATION_ERROR with the context and every mismatch", () => {
  throws(() => validateOrThrow(schema, { n: "1" }, "the number"), (error) => {
    strictEqual(error instanceof CallError && error.code, "VALIDATION_ERROR");
    strictEqual(
      error instanceof Error && error.message,
      "Validation failed for the number:\n  - /n: Expected number",
    );
    return true;
  });
  throws(() => validateOrThrow(schema, {}), /^CallError: Validation failed:\n/);
});

Deno.test("validateOrThrow() converts nothing", () => {
  throws(() => validateOrThrow(Type.Number(), "1"));
  throws(() => validateOrThrow(Type.Object({ a: Type.String({ default: "x" }) }), {}));
});

Deno.test("collectErrors() gives plain paths and messages, and none for a value that fits", () => {
  deepStrictEqual(collectErrors(schema, { n: 1 }), []);
  deepStrictEqual(collectErrors(schema, { n: null }), [{ path: "/n", message: "Expected number" }]);
});

Deno.test("collectErrors() stops at a hundred mismatches", () => {
  const list = Array.from({ length: 1000 }, () => "x");
  strictEqual(collectErrors(Type.Array(Type.Number()), list).length, 100);
});

Deno.test("a reference that leads nowhere throws TypeBox's own error", () => {
  throws(() => validateOrThrow(Type.Ref("nowhere"), 1), { name: "Error", message: /dereference/ });
});

Deno.test("a schema is compiled once", () => {
  strictEqual(validatorOf(schema), validatorOf(schema));
});

Deno.test("a schema that the compiler refuses is still checked", () => {
  // Keywords of the wrong type come from others; TypeBox's types would not let them through.
  const odd = Type.String(JSON.parse('{"minLength":"2"}'));
  strictEqual(validatorOf(odd).check(5), false);
  deepStrictEqual(validatorOf(odd).mismatches(5).map(({ path }) => path), [""]);
});

Deno.test("a keyword cannot smuggle code into a compiled schema", () => {
  const evil = Type.Object({
    a: Type.Number(JSON.parse('{"minimum":"0; globalThis.smuggled = true; 0"}')),
  });
  validatorOf(evil).check({ a: 1 });
  strictEqual(Reflect.get(globalThis, "smuggled"), undefined);
});
