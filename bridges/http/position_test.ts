import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { isResumable, positionOf, resumed } from "./position.ts";
import type { OperationSpec } from "@alkdev/operations";

function schemas(inputSchema: unknown, outputSchema: unknown): OperationSpec {
  return {
    ...{ namespace: "a", name: "b", version: "1.0.0", description: "", type: "subscription" },
    ...{ inputSchema, outputSchema, accessControl: { requiredScopes: [] } },
    // deno-lint-ignore no-explicit-any -- schemas of others may be anything
  } as any;
}

const FROM = Type.Object({ from: Type.Optional(Type.String()) });
const ITEM = Type.Object({ position: Type.String() });

for (
  const [what, input, output, expected] of [
    ["from and position", FROM, ITEM, true],
    ["position in one of several forms", FROM, Type.Union([Type.Null(), ITEM]), true],
    ["no from", Type.Object({}), ITEM, false],
    ["no position", FROM, Type.Object({}), false],
    ["anything", Type.Unknown(), Type.Unknown(), false],
    ["no schemas", undefined, null, false],
  ] as const
) {
  Deno.test(`a stream with ${what} ${expected ? "can" : "cannot"} be taken up again`, () => {
    strictEqual(isResumable(schemas(input, output)), expected);
  });
}

for (const position of ["1\nevent: x", "", "a b", "ä", "x".repeat(201), 7, null]) {
  Deno.test(`${JSON.stringify(position).slice(0, 20)} is no position`, () => {
    strictEqual(positionOf({ position }), undefined);
  });
}

Deno.test("a header that is no position changes no input", () => {
  deepStrictEqual(resumed({ a: 1 }, "x\ty"), { a: 1 });
  deepStrictEqual(resumed({ a: 1, from: "1" }, "2"), { a: 1, from: "2" });
});
