import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { CallError, InfrastructureErrorCode, mapError } from "./error.ts";

Deno.test("each infrastructure code equals its own name", () => {
  deepStrictEqual(
    Object.entries(InfrastructureErrorCode).filter(([name, value]) => name !== value),
    [],
  );
  strictEqual(Object.keys(InfrastructureErrorCode).length, 7);
});

Deno.test("CallError is an Error with a code, and without details unless given", () => {
  const error = new CallError("MY_CODE", "text");
  ok(error instanceof Error);
  ok(error instanceof CallError);
  strictEqual(error.name, "CallError");
  strictEqual(error.code, "MY_CODE");
  strictEqual(error.message, "text");
  strictEqual(error.details, undefined);
});

Deno.test("CallError keeps its cause, and has none unless given", () => {
  const cause = new Error("why");
  strictEqual(new CallError("A", "b", undefined, { cause }).cause, cause);
  ok(!("cause" in new CallError("A", "b")));
});

for (
  const [code, retryable] of [
    ["TIMEOUT", true],
    ["RATE_LIMITED", true],
    ["EXECUTION_ERROR", false],
    ["ABORTED", false],
    ["SOMETHING_ELSE", false],
  ] as const
) {
  Deno.test(`CallError("${code}") is ${retryable ? "" : "not "}retryable unless told otherwise`, () => {
    strictEqual(new CallError(code, "").retryable, retryable);
    strictEqual(
      new CallError(code, "", undefined, { retryable: !retryable }).retryable,
      !retryable,
    );
  });
}

Deno.test("mapError() gives a CallError back as the same object", () => {
  const error = new CallError("X", "y");
  strictEqual(mapError(error, [{ code: "y", schema: {} }]), error);
});

// operations.md §3: the message is the code, or begins with the code and a colon; substrings never match.
const declared = [{ code: "NOT_FOUND", schema: {} }, { code: "NOT_FOUND: x", schema: {} }];
for (
  const [message, code] of [
    ["NOT_FOUND", "NOT_FOUND"],
    ["NOT_FOUND: no such file", "NOT_FOUND"],
    ["NOT_FOUND: x", "NOT_FOUND"],
    ["ITEM_NOT_FOUND: x", "EXECUTION_ERROR"],
    ["NOT_FOUND_HERE", "EXECUTION_ERROR"],
    ["the code NOT_FOUND: inside", "EXECUTION_ERROR"],
    ["", "EXECUTION_ERROR"],
  ] as const
) {
  Deno.test(`mapError() takes an error with the message "${message}" for ${code}`, () => {
    const error = new Error(message);
    const mapped = mapError(error, declared);
    strictEqual(mapped.code, code);
    strictEqual(mapped.message, message);
    strictEqual(mapped.details, error);
  });
}

for (const value of [42, "text", null, undefined, { a: 1 }]) {
  Deno.test(`mapError() takes the thrown value ${JSON.stringify(value)} for UNKNOWN_ERROR`, () => {
    const mapped = mapError(value);
    strictEqual(mapped.code, "UNKNOWN_ERROR");
    strictEqual(mapped.message, String(value));
    deepStrictEqual(mapped.details, { raw: String(value) });
  });
}

Deno.test("mapError() takes a thrown value that has no text", () => {
  const error = mapError(Object.create(null));
  deepStrictEqual([error.code, error.message], ["UNKNOWN_ERROR", "[object Object]"]);
});
