import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Capabilities } from "../capabilities.ts";
import { CallError } from "../error.ts";
import { fromWireError, toWireError } from "./errors.ts";

const wire = (code: string, details?: unknown, message = "peer's words") => ({
  code,
  message,
  retryable: false,
  ...(details === undefined ? {} : { details }),
});

Deno.test("an error that is not for callers tells nothing", () => {
  const secret = "postgres://user:hunter2@db";
  for (const error of [new Error(secret, { cause: secret }), secret, { secret }, undefined]) {
    deepStrictEqual(toWireError(error), {
      code: "INTERNAL",
      message: "internal error",
      retryable: false,
    });
  }
});

Deno.test("all that is not there reads the same", () => {
  const texts = ["Operation not found: a.b", "No handler registered for operation: a.b", "x"];
  const payloads = texts.map((text) =>
    toWireError(new CallError("OPERATION_NOT_FOUND", text, { operationId: text }))
  );
  for (const payload of payloads) {
    deepStrictEqual(payload, {
      code: "NOT_FOUND",
      message: "operation not found",
      retryable: false,
    });
  }
});

// call-protocol.md §16.2 and §19.1: what of the details travels.
const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;
const details: readonly [string, CallError, unknown][] = [
  ["a caught error", new CallError("EXECUTION_ERROR", "m", new Error("secret")), undefined],
  [
    "other details of a protocol code",
    new CallError("ACCESS_DENIED", "m", { requiredScopes: ["x"] }),
    undefined,
  ],
  ["a reason", new CallError("EXECUTION_ERROR", "m", { reason: "draining", x: 1 }), {
    reason: "draining",
  }],
  [
    "a reason that is prose",
    new CallError("EXECUTION_ERROR", "m", { reason: "See /etc/passwd" }),
    undefined,
  ],
  ["an undeclared code", new CallError("EXECUTION_ERROR", "m", { code: "ODD" }), { code: "ODD" }],
  ["a code that is none", new CallError("EXECUTION_ERROR", "m", { code: "odd\n" }), undefined],
  ["when to come again", new CallError("RATE_LIMITED", "m", { retry_after: 3 }), {
    retry_after: 3,
  }],
  [
    "when to come again, as text",
    new CallError("RATE_LIMITED", "m", { retry_after: "1\r\nX: y" }),
    undefined,
  ],
  [
    "mismatches",
    new CallError("VALIDATION_ERROR", "m", {
      operationId: "a",
      errors: [{ path: "/a", message: "b", value: "s" }],
    }),
    { errors: [{ path: "/a", message: "b" }] },
  ],
  ["a domain code", new CallError("GONE", "m", { at: 1 }), { at: 1 }],
  ["a domain code with a caught error", new CallError("GONE", "m", new Error("secret")), undefined],
  ["a domain code with 16 KiB", new CallError("GONE", "m", "x".repeat(16 * 1024)), undefined],
  ["a domain code with a cycle", new CallError("GONE", "m", cyclic), undefined],
  [
    "a domain code with secrets",
    new CallError("GONE", "m", { held: new Capabilities({ a: "s" }) }),
    undefined,
  ],
];
for (const [name, error, expected] of details) {
  Deno.test(`details on the wire: ${name}`, () => {
    const payload = toWireError(error);
    deepStrictEqual(payload.details, expected);
    strictEqual("details" in payload, expected !== undefined);
  });
}

Deno.test("at most 20 mismatches travel", () => {
  const errors = Array.from({ length: 50 }, () => ({ path: "/", message: "m" }));
  const payload = toWireError(new CallError("VALIDATION_ERROR", "m", { errors }));
  deepStrictEqual(payload.details, { errors: errors.slice(0, 20) });
});

Deno.test("a message is cut at 512 bytes, between characters", () => {
  const { message } = toWireError(new CallError("GONE", "ä".repeat(1000)));
  strictEqual(message, "ä".repeat(256));
});

Deno.test("a code that no peer would take is internal", () => {
  strictEqual(toWireError(new CallError("odd code", "m")).code, "INTERNAL");
  strictEqual(toWireError(new CallError("", "m")).code, "INTERNAL");
});

Deno.test("a peer's protocol codes are told again in our own words, in either vocabulary", () => {
  for (
    const [sent, library] of [
      ["NOT_FOUND", "OPERATION_NOT_FOUND"],
      ["OPERATION_NOT_FOUND", "OPERATION_NOT_FOUND"],
      ["FORBIDDEN", "ACCESS_DENIED"],
      ["INTERNAL", "EXECUTION_ERROR"],
      ["UNKNOWN_ERROR", "UNKNOWN_ERROR"],
      ["ABORTED", "ABORTED"],
    ] as const
  ) {
    const error = fromWireError(wire(sent));
    strictEqual(error.code, library);
    ok(!error.message.includes("peer's words"));
  }
});

Deno.test("a peer's domain code passes if the operation declares it, and else is an execution error", () => {
  const declared = fromWireError(wire("GONE", { at: 1 }), ["GONE"]);
  deepStrictEqual([declared.code, declared.message, declared.details], ["GONE", "peer's words", {
    at: 1,
  }]);
  const undeclared = fromWireError({ ...wire("GONE", { at: 1 }), retryable: true });
  deepStrictEqual(
    [undeclared.code, undeclared.details, undeclared.retryable],
    ["EXECUTION_ERROR", { code: "GONE" }, false],
  );
  const odd = fromWireError(wire("gone\nx"), ["gone\nx"]);
  deepStrictEqual([odd.code, odd.details], ["EXECUTION_ERROR", undefined]);
});

Deno.test("an imported code passes with what it says of itself", () => {
  const error = fromWireError({ ...wire("HTTP_503"), retryable: true });
  deepStrictEqual([error.code, error.retryable], ["HTTP_503", true]);
});

Deno.test("nobody but the table says whether a protocol code is retryable, INTERNAL apart", () => {
  for (const [sent, retryable] of [["FORBIDDEN", false], ["TIMEOUT", true], ["INTERNAL", true]]) {
    const wire = { code: String(sent), message: "m", retryable: sent !== "TIMEOUT" };
    strictEqual(fromWireError(wire).retryable, retryable, String(sent));
    const error = new CallError(wire.code, "m", undefined, { retryable: wire.retryable });
    strictEqual(toWireError(error).retryable, retryable, String(sent));
  }
});
