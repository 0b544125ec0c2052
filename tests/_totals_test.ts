import { deepStrictEqual } from "node:assert/strict";
import { parseTestTotals } from "./_totals.ts";

const OUTPUTS = [
  ["ok | 34 passed (2 steps) | 0 failed | 1 ignored (3s)\n", { passed: 34, failed: 0 }],
  ["\x1b[31mFAILED\x1b[0m | 1 passed | 2 failed \x1b[38;5;245m(7ms)\x1b[0m\n", {
    passed: 1,
    failed: 2,
  }],
  ["ok | 9 passed | 9 failed\nok | 1 passed (1 step) | 0 failed (1ms)", { passed: 1, failed: 0 }],
  ["error: Type checking failed.", { passed: 0, failed: 0 }],
] as const;

for (const [output, totals] of OUTPUTS) {
  Deno.test(`parseTestTotals() reads ${JSON.stringify(output)}`, () => {
    deepStrictEqual(parseTestTotals(output), totals);
  });
}
