import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  CALL_ERRORS,
  httpStatus,
  isImportedCode,
  isReservedCode,
  libraryCode,
  traitsOf,
  wireCode,
} from "./call_codes.ts";
import { InfrastructureErrorCode } from "./error.ts";

// call-protocol.md §19.3: wire, library, retryable, HTTP; and whether the library code comes back.
const rows: readonly [string, string, boolean, number, boolean][] = [
  ["NOT_FOUND", "OPERATION_NOT_FOUND", false, 404, true],
  ["FORBIDDEN", "ACCESS_DENIED", false, 403, true],
  ["INVALID_INPUT", "VALIDATION_ERROR", false, 422, true],
  ["INVALID_OPERATION_TYPE", "INVALID_OPERATION_TYPE", false, 400, true],
  ["INTERNAL", "EXECUTION_ERROR", false, 500, true],
  ["INTERNAL", "UNKNOWN_ERROR", false, 500, false],
  ["TIMEOUT", "TIMEOUT", true, 504, true],
  ["RATE_LIMITED", "RATE_LIMITED", true, 429, true],
  ["ABORTED", "ABORTED", false, 503, true],
];
for (const [wire, library, retryable, http, back] of rows) {
  Deno.test(`${library} is ${wire} on the wire, ${http} over HTTP, retryable ${retryable}`, () => {
    strictEqual(wireCode(library), wire);
    strictEqual(wireCode(wire), wire);
    strictEqual(libraryCode(wire), back ? library : "EXECUTION_ERROR");
    strictEqual(libraryCode(library), library);
    strictEqual(traitsOf(library)?.retryable, retryable);
    strictEqual(httpStatus(library), http);
    strictEqual(httpStatus(wire), http);
    strictEqual(isReservedCode(wire) && isReservedCode(library), true);
  });
}

Deno.test("every code of the table and of the library is in the rows above", () => {
  deepStrictEqual(Object.keys(CALL_ERRORS).sort(), [...new Set(rows.map(([wire]) => wire))].sort());
  for (const code of Object.values(InfrastructureErrorCode)) {
    strictEqual(rows.some(([, library]) => library === code), true, code);
  }
});

Deno.test("a domain code is itself in both vocabularies", () => {
  strictEqual(wireCode("NO_SUCH_FILE"), undefined);
  strictEqual(libraryCode("NO_SUCH_FILE"), "NO_SUCH_FILE");
  strictEqual(isReservedCode("NO_SUCH_FILE"), false);
  for (const name of ["constructor", "__proto__", "toString"]) {
    strictEqual(wireCode(name), undefined);
  }
});

// gateway.md §2.10 and §7.6: a failure never looks like a success.
const statuses: readonly [string, Parameters<typeof httpStatus>[1], number][] = [
  ["FORBIDDEN", { authenticated: false }, 401],
  ["ACCESS_DENIED", { authenticated: true }, 403],
  ["HTTP_404", {}, 404],
  ["HTTP_503", {}, 503],
  ["HTTP_200", {}, 500],
  ["HTTP_399", {}, 500],
  ["HTTP_600", {}, 500],
  ["HTTP_999", {}, 500],
  ["HTTP_abc", {}, 500],
  ["GONE", { declared: 410 }, 410],
  ["GONE", { declared: 200 }, 500],
  ["GONE", { declared: 404.5 }, 500],
  ["GONE", { declared: null }, 500],
  ["GONE", {}, 500],
];
for (const [code, caller, status] of statuses) {
  Deno.test(`${code} with ${JSON.stringify(caller)} answers ${status}`, () => {
    strictEqual(httpStatus(code, caller), status);
  });
}

Deno.test("imported codes are HTTP_ and three digits", () => {
  strictEqual(isImportedCode("HTTP_404"), true);
  for (const code of ["HTTP_", "HTTP_1234", "XHTTP_404", "HTTP_40x"]) {
    strictEqual(isImportedCode(code), false);
  }
});
