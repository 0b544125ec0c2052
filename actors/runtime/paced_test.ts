import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { createPaced } from "./paced.ts";

Deno.test("no more things are dealt with at a time than told, in the order in which they came", async () => {
  const gates: (() => void)[] = [], begun: number[] = [];
  const paced = createPaced<number>((thing) => {
    begun.push(thing);
    return new Promise((resolve) => gates.push(resolve));
  }, { width: 3 });
  for (let i = 0; i < 7; i++) paced.add(i);
  deepStrictEqual(begun, [0, 1, 2]);
  while (begun.length < 7) {
    gates.shift()?.();
    await setImmediate();
    ok(gates.length <= 3, `${gates.length} at a time`);
  }
  deepStrictEqual(begun, [0, 1, 2, 3, 4, 5, 6]);
  for (const open of gates.splice(0)) open();
  await paced.done();
});

Deno.test("a thing that is added again while it waits is dealt with once, and again if that has begun", async () => {
  const begun: string[] = [];
  const paced = createPaced<string>(async (thing) => {
    begun.push(thing);
    await setImmediate();
  }, { width: 1 });
  for (const thing of ["a", "b", "b", "a"]) paced.add(thing);
  await paced.done();
  deepStrictEqual(begun, ["a", "b", "a"]);
});

Deno.test("others have their turn meanwhile, even if nothing has to be waited for", async () => {
  let acted = 0;
  const paced = createPaced<number>(() => {
    acted++;
    return Promise.resolve();
  }, { width: 8 });
  for (let i = 0; i < 1_000; i++) paced.add(i);
  await setImmediate();
  ok(acted <= 32, `${acted} in one turn`);
  await paced.done();
  strictEqual(acted, 1_000);
});

Deno.test("it is done when nothing is left, also if there was nothing", async () => {
  const begun: number[] = [];
  const paced = createPaced<number>(async (thing) => {
    await setImmediate();
    begun.push(thing);
    if (thing < 5) paced.add(thing + 1);
  });
  await paced.done();
  paced.add(0);
  await paced.done();
  deepStrictEqual(begun, [0, 1, 2, 3, 4, 5]);
});
