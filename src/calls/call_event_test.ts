import { strictEqual } from "node:assert/strict";
import { spokenCode } from "./call_event.ts";

for (
  const [code, spoken] of [
    ["VALIDATION_ERROR", "INVALID_INPUT"],
    ["UNKNOWN_ERROR", "INTERNAL"],
    ["INVALID_INPUT", "INVALID_INPUT"],
    ["OUT_OF_STOCK", "OUT_OF_STOCK"],
    ["failed", "failed"],
  ] as const
) {
  Deno.test(`callers are told ${code} as ${spoken}`, () => {
    strictEqual(spokenCode(code), spoken);
  });
}
