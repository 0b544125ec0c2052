import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createBackoff, type Loss } from "./backoff.ts";

const lost = (why: Loss = "lost", servedMs = 0) => ({ why, servedMs });

Deno.test("createBackoff() doubles the bound of its waits, from a second to a minute", () => {
  const backoff = createBackoff({}, () => 1);
  const delays = Array.from({ length: 9 }, () => backoff.delayAfter(lost()));
  deepStrictEqual(delays, [1, 2, 4, 8, 16, 32, 60, 60, 60].map((s) => s * 1_000));
});

Deno.test("createBackoff() waits anything up to its bound, and never less than its floor", () => {
  for (const [random, expected] of [[0, 250], [0.1, 250], [0.5, 500], [0.9, 900]] as const) {
    strictEqual(createBackoff({}, () => random).delayAfter(lost()), expected);
  }
});

Deno.test("createBackoff() begins anew only after a connection that lasted", () => {
  const backoff = createBackoff({}, () => 1);
  backoff.delayAfter(lost());
  strictEqual(backoff.delayAfter(lost("lost", 29_999)), 2_000);
  strictEqual(backoff.delayAfter(lost("lost", 30_000)), 1_000);
});

Deno.test("createBackoff() waits the longest after a refusal, and a minute after a replacement", () => {
  const backoff = createBackoff({ maxMs: 90_000 }, () => 0);
  strictEqual(backoff.delayAfter(lost("refused", 60_000)), 90_000);
  strictEqual(backoff.delayAfter(lost("replaced", 60_000)), 60_000);
});

Deno.test("createBackoff() stays finite however often it is asked", () => {
  const backoff = createBackoff({}, () => 1);
  for (let at = 0; at < 5_000; at++) ok(backoff.delayAfter(lost()) <= 60_000);
});
