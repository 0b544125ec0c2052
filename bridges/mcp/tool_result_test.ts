import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { failed, itemText, succeeded } from "./tool_result.ts";

const VALUES = [
  ["an object", { a: 1 }, '{"a":1}'],
  ["a text", "a", '{"value":"a"}'],
  ["a list", [1], '{"value":[1]}'],
  ["null", null, '{"value":null}'],
  ["nothing", undefined, '{"value":null}'],
] as const;

for (const [what, value, text] of VALUES) {
  Deno.test(`succeeded() writes ${what} as ${text} (§4.2)`, () => {
    deepStrictEqual(succeeded(value), { isError: false, text });
  });
}

const cycle: Record<string, unknown> = {};
cycle.self = cycle;
const UNWRITABLE = [
  ["a cycle", cycle],
  ["a big integer", 1n],
  ["an object that is written as a text", { toJSON: () => "text" }],
] as const;

for (const [what, value] of UNWRITABLE) {
  Deno.test(`succeeded() tells of ${what} as a failure of the operation`, () => {
    const { isError, text } = succeeded(value);
    deepStrictEqual([isError, JSON.parse(text).code], [true, "INTERNAL"]);
  });
}

Deno.test("failed() writes what the wire says of an error, and no more", () => {
  const error = { code: "FULL", message: "no room", retryable: true, stack: "at …" };
  strictEqual(failed(error).text, '{"code":"FULL","message":"no room","retryable":true}');
});

Deno.test("itemText() writes an output, an error, and an output that is none", () => {
  const error = { code: "FULL", message: "no room", retryable: true };
  deepStrictEqual(JSON.parse(itemText("1", { output: undefined })), {
    ...{ isError: false, request_id: "1", output: null },
  });
  deepStrictEqual(JSON.parse(itemText("1", { error })), { isError: true, request_id: "1", error });
  strictEqual(JSON.parse(itemText("1", { output: cycle })).error.code, "INTERNAL");
});
