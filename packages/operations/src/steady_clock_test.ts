import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { manualClock } from "./_manual_clock.ts";
import { openSteadyClock } from "./steady_clock.ts";

Deno.test("a steady clock keeps its timer while nobody waits, until that would fire", () => {
  const clock = manualClock();
  const steady = openSteadyClock(clock);
  steady.after(100, () => {})();
  strictEqual(clock.armed, 1);
  clock.advance(100);
  strictEqual(clock.armed, 0);
});

Deno.test("a steady clock fires in time, whatever its timer was set for", () => {
  const clock = manualClock(0);
  const steady = openSteadyClock(clock);
  const fired: number[] = [];
  const after = (ms: number) => steady.after(ms, () => fired.push(clock.now()));
  after(100)();
  after(20);
  after(150);
  strictEqual(clock.armed, 1);
  clock.advance(20);
  deepStrictEqual(fired, [20]);
  clock.advance(129);
  deepStrictEqual(fired, [20]);
  clock.advance(1);
  deepStrictEqual(fired, [20, 150]);
  strictEqual(steady.now(), 150);
});

Deno.test("a closed steady clock holds no timer and fires nothing, of before or after", () => {
  const clock = manualClock();
  const steady = openSteadyClock(clock);
  const fire = () => {
    throw new Error("fired");
  };
  steady.after(10, fire);
  steady.close();
  strictEqual(clock.armed, 0);
  steady.after(20, fire);
  strictEqual(clock.armed, 0);
  clock.advance(30);
});
