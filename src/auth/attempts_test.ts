import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createAttempts } from "./attempts.ts";

Deno.test("a source that was wrong too often waits for the end of its window, others do not", () => {
  let now = 0;
  const exhausted: string[] = [];
  const attempts = createAttempts({
    most: 3,
    perMs: 60_000,
    now: () => now,
    onExhausted: (source) => exhausted.push(source),
  });
  for (let tried = 0; tried < 3; tried++) {
    strictEqual(attempts.waitOf("a"), undefined);
    attempts.failed("a");
  }
  now = 1_500;
  strictEqual(attempts.waitOf("a"), 59);
  strictEqual(attempts.waitOf("b"), undefined);
  attempts.failed("a");
  deepStrictEqual(exhausted, ["a"]);
  now = 60_000;
  strictEqual(attempts.waitOf("a"), undefined);
});

Deno.test("however many sources there are, only so many are remembered", () => {
  const attempts = createAttempts({ most: 1, maxSources: 10 });
  for (let source = 0; source < 1_000; source++) attempts.failed(String(source));
  strictEqual(attempts.waitOf("0"), undefined);
  strictEqual(attempts.waitOf("999"), 600);
});
