import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { ValueQueue } from "./value_queue.ts";

async function drain<T>(queue: ValueQueue<T>): Promise<T[]> {
  const values: T[] = [];
  for (let step = await queue.next(); !step.done; step = await queue.next()) {
    values.push(step.value);
  }
  return values;
}

Deno.test("values come in order, whether they wait for the consumer or it for them", async () => {
  const queue = new ValueQueue<number>({ values: 10 });
  queue.push(1);
  strictEqual(queue.size, 1);
  const all = drain(queue);
  queue.push(2);
  await Promise.resolve();
  queue.push(3);
  queue.end();
  deepStrictEqual(await all, [1, 2, 3]);
});

Deno.test("a full queue refuses a value, and takes one again once there is room", async () => {
  const queue = new ValueQueue<number>({ values: 1 });
  strictEqual(queue.push(1), true);
  strictEqual(queue.push(2), false);
  await queue.next();
  strictEqual(queue.push(3), true);
});

Deno.test("an error comes once, after what waits, and then the end", async () => {
  const queue = new ValueQueue<number>({ values: 10 });
  queue.push(1);
  queue.end({ error: new Error("mine") });
  queue.end();
  deepStrictEqual(await queue.next(), { done: false, value: 1 });
  await rejects(queue.next(), /mine/);
  deepStrictEqual(await queue.next(), { done: true, value: undefined });
});

Deno.test("of several who wait, the first gets the error and the others the end", async () => {
  const queue = new ValueQueue<number>({ values: 10 });
  const first = queue.next();
  const second = queue.next();
  queue.end({ error: new Error("mine") });
  await rejects(first, /mine/);
  deepStrictEqual(await second, { done: true, value: undefined });
});

Deno.test("a discarded queue has neither values nor an error left", async () => {
  const queue = new ValueQueue<number>({ values: 10 });
  queue.push(1);
  queue.end({ error: new Error("mine") });
  queue.discard();
  strictEqual(queue.push(2), true);
  deepStrictEqual(await drain(queue), []);
});

Deno.test("undefined is a value, and thousands of values keep their order", async () => {
  const queue = new ValueQueue<number | undefined>({ values: 10_000 });
  const values = [undefined, ...Array.from({ length: 5000 }, (_, index) => index)];
  for (const value of values) queue.push(value);
  queue.end();
  deepStrictEqual(await drain(queue), values);
});

Deno.test("a queue is bounded by the size of what waits as well", async () => {
  const queue = new ValueQueue<string>({ values: 10, bytes: 5 });
  strictEqual(queue.push("a", 3), true);
  strictEqual(queue.push("b", 3), false);
  strictEqual(queue.push("b", 2), true);
  await queue.next();
  strictEqual(queue.push("c", 3), true);
});
