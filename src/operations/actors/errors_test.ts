import { ok, strictEqual } from "node:assert/strict";
import { CallError } from "@alkdev/operations";
import { BusError, type BusErrorCode } from "@hub/bus";
import { CommandError } from "../../../actors/runtime/mod.ts";
import { toCallError } from "./errors.ts";

const told: readonly (readonly [BusErrorCode, string, boolean])[] = [
  ["DISCONNECTED", "UNAVAILABLE", true],
  ["OUTCOME_UNKNOWN", "UNAVAILABLE", true],
  ["NO_RESPONDERS", "UNAVAILABLE", true],
  // A node that stops has closed its connection: what it had forwarded may have happened.
  ["CLOSED", "UNAVAILABLE", true],
  ["STATUS", "UNAVAILABLE", true],
  ["PUBLISH_REFUSED", "UNAVAILABLE", true],
  ["TOO_LARGE", "VALIDATION_ERROR", false],
];
for (const [code, as, isRetryable] of told) {
  Deno.test(`toCallError() tells ${code} of the bus as ${as}`, () => {
    const error = toCallError(new BusError(code, "what was wrong"));
    ok(error instanceof CallError);
    strictEqual(error.code, as);
    strictEqual(error.retryable, isRetryable);
    strictEqual(error.message, "what was wrong");
  });
}

Deno.test("toCallError() keeps what a command was refused with, and what is no business of callers", () => {
  const refused = toCallError(new CommandError("ILLEGAL_STATE", "ended"));
  ok(refused instanceof CallError);
  strictEqual(refused.code, "ILLEGAL_STATE");
  const mistake = new TypeError("a mistake");
  strictEqual(toCallError(mistake), mistake);
});
