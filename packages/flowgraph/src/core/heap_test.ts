import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Heap } from "./heap.ts";

Deno.test("a heap gives its values in the order of their numbers", () => {
  fc.assert(fc.property(fc.array(fc.integer()), (numbers) => {
    const heap = new Heap<string>();
    for (const number of numbers) heap.push({ number, value: `v${number}` });
    strictEqual(heap.size, numbers.length);
    const taken = numbers.map(() => heap.pop());
    const sorted = numbers.toSorted((a, b) => a - b);
    deepStrictEqual(taken, sorted.map((number) => ({ number, value: `v${number}` })));
    strictEqual(heap.pop(), undefined);
  }));
});
