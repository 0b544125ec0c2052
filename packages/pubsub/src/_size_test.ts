import fc from "fast-check";
import { ok, strictEqual } from "node:assert/strict";
import { isLargerThan } from "./_size.ts";

Deno.test("what is larger than a limit in JSON is larger here, up to a constant factor", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.nat({ max: 300 }), (value, limit) => {
    const bytes = JSON.stringify(value).length;
    if (isLargerThan(value, limit)) ok(bytes * 8 + 8 > limit, `${bytes} bytes of ${limit}`);
    else ok(bytes <= (limit + 1) * 16, `${bytes} bytes of ${limit}`);
  }));
});

const cycle: { self?: unknown } = {};
cycle.self = cycle;

const VALUES: [string, unknown, number][] = [
  ["a text", "x".repeat(100), 100],
  ["bytes", new Uint8Array(100), 100],
  ["a buffer", new ArrayBuffer(100), 100],
  ["an array", Array(10).fill(1), 88],
  ["a map", new Map([["a".repeat(50), "b".repeat(50)]]), 108],
  ["a set", new Set(["a".repeat(50), "b".repeat(50)]), 108],
  ["an object", { ["a".repeat(50)]: "b".repeat(50) }, 108],
  ["what refers to itself", cycle, 20],
];

for (const [name, value, bytes] of VALUES) {
  Deno.test(`${name} is as large as its parts`, () => {
    strictEqual(isLargerThan(value, bytes), false);
    strictEqual(isLargerThan(value, bytes - 1), true);
  });
}

Deno.test("what occurs twice counts twice, but is looked into once", () => {
  const part = { text: "x".repeat(100) };
  strictEqual(isLargerThan([part, part], 150), false);
});

Deno.test("an array that is much too long is not walked", () => {
  strictEqual(isLargerThan(Array(2 ** 32 - 1), 8 * 1024 * 1024), true);
});
