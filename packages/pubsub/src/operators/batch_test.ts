import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { stuck } from "../../tests/sources.ts";
import { nextTurn } from "../../tests/until.ts";
import { Repeater } from "../repeater.ts";
import { batch } from "./batch.ts";
import { toArray } from "./to-array.ts";

Deno.test("a batch that waits too long is given out as it is, and nothing is lost", async () => {
  let push = (_: number) => {};
  let end = () => {};
  const source = new Repeater<number>((given, stop) => {
    push = given;
    end = stop;
    push(1);
  });
  const batches = batch<number>(2, { maxWaitMs: 1 })(source);
  deepStrictEqual((await batches.next()).value, [1]);
  push(2);
  push(3);
  push(4);
  deepStrictEqual((await batches.next()).value, [2, 3]);
  end();
  deepStrictEqual(await toArray()(batches), [[4]]);
});

Deno.test("an empty batch is never given out, however long nothing comes", async () => {
  const batches = batch<number>(2, { maxWaitMs: 1 })(stuck(1));
  deepStrictEqual((await batches.next()).value, [1]);
  // Only a timer could end an empty batch: there must be none while it is empty.
  const start = globalThis.setTimeout;
  let timers = 0;
  globalThis.setTimeout = new Proxy(start, {
    apply(target, self, args) {
      timers += 1;
      return Reflect.apply(target, self, args);
    },
  });
  try {
    const next = batches.next();
    await nextTurn();
    await batches.return();
    strictEqual((await next).done, true);
  } finally {
    globalThis.setTimeout = start;
  }
  strictEqual(timers, 1, "the turn of this test, and no other");
});

Deno.test("a consumer that leaves while a batch waits leaves no timer behind", async () => {
  const batches = batch<number>(2, { maxWaitMs: 60_000 })(stuck(1));
  const next = batches.next();
  await nextTurn();
  await batches.return();
  strictEqual((await next).done, true); // and the sanitizer finds no timer
});
