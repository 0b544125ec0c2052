import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { manualClock } from "./_manual_clock.ts";
import { DeadlineQueue } from "./deadline_queue.ts";

Deno.test("deadlines fire in order of time, each once", () => {
  const clock = manualClock(0);
  const queue = new DeadlineQueue(clock);
  const fired: number[] = [];
  for (const at of [30, 10, 20, 10]) queue.add(at, () => fired.push(at));
  strictEqual(clock.armed, 1);
  clock.advance(15);
  deepStrictEqual(fired, [10, 10]);
  clock.advance(100);
  deepStrictEqual(fired, [10, 10, 20, 30]);
  strictEqual(clock.armed, 0);
});

Deno.test("a past deadline fires from a timer, not at once", () => {
  const clock = manualClock(100);
  let fired = false;
  new DeadlineQueue(clock).add(5, () => fired = true);
  strictEqual(fired, false);
  clock.advance(0);
  strictEqual(fired, true);
});

Deno.test("a deadline past the longest platform delay waits its time", () => {
  const clock = manualClock(0);
  let fired = false;
  const far = 2 ** 31 * 3;
  new DeadlineQueue(clock).add(far, () => fired = true);
  clock.advance(far - 1);
  strictEqual(fired, false);
  clock.advance(1);
  strictEqual(fired, true);
});

Deno.test("a removed deadline never fires, and an empty queue holds no timer", () => {
  const clock = manualClock(0);
  const queue = new DeadlineQueue(clock);
  const remove = queue.add(5, () => {
    throw new Error("fired");
  });
  remove();
  remove();
  strictEqual(clock.armed, 0);
  clock.advance(10);
});

Deno.test("a deadline that is added while another fires is kept", () => {
  const clock = manualClock(0);
  const queue = new DeadlineQueue(clock);
  const fired: string[] = [];
  queue.add(5, () => {
    fired.push("first");
    queue.add(7, () => fired.push("second"));
  });
  clock.advance(20);
  deepStrictEqual(fired, ["first", "second"]);
});

Deno.test("any adding and removing fires exactly what was left, in order", () => {
  const step = fc.record({ at: fc.nat(50), remove: fc.boolean() });
  fc.assert(fc.property(fc.array(step), fc.nat(60), (steps, until) => {
    const clock = manualClock(0);
    const queue = new DeadlineQueue(clock);
    const fired: number[] = [];
    const removers = steps.map(({ at }) => queue.add(at, () => fired.push(at)));
    steps.forEach(({ remove }, index) => remove && removers[index]?.());
    clock.advance(until);
    const kept = steps.filter(({ at, remove }) => !remove && at <= until).map(({ at }) => at);
    deepStrictEqual(fired, kept.sort((a, b) => a - b));
    strictEqual(queue.size, steps.filter(({ at, remove }) => !remove && at > until).length);
  }));
});

Deno.test("what one deadline throws does not keep the others from firing", () => {
  const clock = manualClock(0);
  const queue = new DeadlineQueue(clock);
  let fired = false;
  queue.add(10, () => {
    throw new Error("mine");
  });
  queue.add(10, () => fired = true);
  throws(() => clock.advance(10), /mine/);
  clock.advance(0);
  strictEqual(fired, true);
});
