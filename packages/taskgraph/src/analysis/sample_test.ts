import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { sampleWithoutRepeats } from "./sample.ts";

Deno.test("sampleWithoutRepeats() gives distinct numbers below the population, ascending", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 200 }), fc.integer(), (population, seed) => {
    const size = Math.ceil(population / 2);
    const sample = [...sampleWithoutRepeats(population, size, seed)];
    strictEqual(new Set(sample).size, size);
    deepStrictEqual(sample, [...sample].sort((a, b) => a - b));
    ok(sample.every((number) => number >= 0 && number < population));
  }));
});

Deno.test("sampleWithoutRepeats() chooses each number about as often as any other", () => {
  const counts = new Array<number>(10).fill(0);
  for (let seed = 0; seed < 5000; seed++) {
    for (const number of sampleWithoutRepeats(10, 3, seed)) {
      counts[number] = (counts[number] ?? 0) + 1;
    }
  }
  for (const count of counts) ok(Math.abs(count - 1500) < 150, String(counts));
});

Deno.test("sampleWithoutRepeats() gives these numbers for this seed, everywhere", () => {
  deepStrictEqual([...sampleWithoutRepeats(1000, 5, 1)], [82, 153, 367, 702, 820]);
});
