import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { createPatience, inTime } from "./patience.ts";

Deno.test("createPatience() calls each that waits once its own time is up, first come first", async () => {
  using patience = createPatience(20);
  const startedAt = performance.now(), fired: string[] = [];
  const all = Promise.withResolvers<void>();
  patience.wait(() => void fired.push("a"));
  const stop = patience.wait(() => void fired.push("b"));
  patience.wait(() => {
    fired.push("c");
    // One that begins meanwhile has a time of its own.
    patience.wait(() => {
      fired.push("d");
      all.resolve();
    });
  });
  stop();
  stop();
  await all.promise;
  deepStrictEqual(fired, ["a", "c", "d"]);
  ok(performance.now() - startedAt >= 40);
});

Deno.test("createPatience() keeps nobody waiting for one that begins anew before them", async () => {
  using patience = createPatience(100);
  using half = createPatience(50);
  const fired: string[] = [], all = Promise.withResolvers<void>();
  patience.wait(() => {
    fired.push("first");
    patience.wait(() => {
      fired.push("first, anew");
      all.resolve();
    });
  });
  half.wait(() => {
    patience.wait(() => void fired.push("second"));
    // It begins at the same moment, and is due between that and what begins anew.
    setTimeout(() => fired.push("between"), 120);
  });
  await all.promise;
  deepStrictEqual(fired, ["first", "second", "between", "first, anew"]);
});

Deno.test("createPatience() forgets the first, the last and the only one that is stopped", async () => {
  using patience = createPatience(5);
  const fired: number[] = [];
  for (const stopped of [[0], [2], [1], [0, 1, 2]]) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stops = [0, 1, 2].map((at) => patience.wait(() => void fired.push(at)));
    for (const at of stopped) stops[at]?.();
    patience.wait(resolve);
    await promise;
    deepStrictEqual(fired.splice(0), [0, 1, 2].filter((at) => !stopped.includes(at)));
  }
});

Deno.test("createPatience() keeps no timer once it is disposed of and nobody waits", async () => {
  const idle = createPatience(60_000);
  idle.wait(() => {})();
  idle[Symbol.dispose]();
  const waiting = createPatience(5), { promise, resolve } = Promise.withResolvers<void>();
  waiting.wait(resolve);
  waiting[Symbol.dispose]();
  // Whoever waits is not forgotten for that.
  await promise;
});

Deno.test("inTime() gives what work comes to, or what is made of its being late", async () => {
  using patience = createPatience(5);
  const late = () => "late";
  strictEqual(await inTime(Promise.resolve(1), { patience, late }), 1);
  await rejects(inTime(Promise.reject(new Error("bad")), { patience, late }), /bad/);
  const { promise, resolve } = Promise.withResolvers<number>();
  strictEqual(await inTime(promise, { patience, late }), "late");
  const refuse = () => {
    throw new RangeError("too late");
  };
  await rejects(inTime(promise, { patience, late: refuse }), RangeError);
  resolve(1);
});
