import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { backOffMs, longestMs, PATIENT } from "./back_off.ts";

// peers-and-auth §11
Deno.test("longestMs() doubles from a second to a minute", () => {
  const delays = Array.from({ length: 9 }, (_, failures) => longestMs(failures));
  deepStrictEqual(delays, [1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000));
  deepStrictEqual(longestMs(PATIENT), 60_000);
});

Deno.test("backOffMs() is never below a quarter of a second, and never above the longest pause", () => {
  fc.assert(fc.property(fc.string(), fc.nat(10_000), (peerId, failures) => {
    const ms = backOffMs({ peerId, failures });
    ok(Number.isInteger(ms) && ms >= 250 && ms <= longestMs(failures));
  }));
});

Deno.test("backOffMs() spreads peers that failed together over the whole pause", () => {
  const tenths = new Array<number>(10).fill(0);
  for (let i = 0; i < 1_000; i++) {
    const tenth = Math.floor(backOffMs({ peerId: `dev${i}`, failures: 9 }) / 6_000);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  ok(tenths.every((count) => count > 50 && count < 160), tenths.join());
});
