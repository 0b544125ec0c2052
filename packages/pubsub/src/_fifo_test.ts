import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { FifoQueue } from "./_fifo.ts";

Deno.test("a queue gives what an array would, whatever is done to it", () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.constant("push") },
    { weight: 2, arbitrary: fc.constant("shift") },
    fc.constant("peek"),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 1000 }), (steps) => {
    const queue = new FifoQueue<number>();
    const array: number[] = [];
    for (const [index, each] of steps.entries()) {
      if (each === "push") {
        queue.push(index);
        array.push(index);
      } else if (each === "peek") strictEqual(queue.peek(), array[0]);
      else strictEqual(queue.shift(), array.shift());
      strictEqual(queue.length, array.length);
    }
  }));
});

Deno.test("values that are nothing are values", () => {
  const queue = new FifoQueue<undefined | null>();
  queue.push(undefined);
  queue.push(null);
  deepStrictEqual([queue.length, queue.shift(), queue.shift(), queue.length], [
    2,
    undefined,
    null,
    0,
  ]);
});

Deno.test("a cleared queue is empty", () => {
  const queue = new FifoQueue<number>();
  for (let n = 0; n < 100; n++) queue.push(n);
  for (let n = 0; n < 10; n++) queue.shift();
  queue.clear();
  deepStrictEqual([queue.length, queue.peek(), queue.shift()], [0, undefined, undefined]);
});

Deno.test("taking values moves each of them a bounded number of times", () => {
  const { slice } = Array.prototype;
  let moved = 0;
  const queue = new FifoQueue<number>();
  for (let n = 0; n < 100_000; n++) queue.push(n);
  Array.prototype.slice = function (start, end) {
    const rest = slice.call(this, start, end);
    moved += rest.length;
    return rest;
  };
  try {
    for (let n = 0; n < 100_000; n++) queue.shift();
  } finally {
    Array.prototype.slice = slice;
  }
  strictEqual(moved <= 100_000, true, `${moved} values were moved`);
});
