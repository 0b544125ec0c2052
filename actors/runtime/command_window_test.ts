import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { commandKey, createCommandWindow, MAX_KEPT } from "./command_window.ts";
import type { Outcome } from "./state.ts";

const outcome = { position: { commit: { seq: 1 }, index: 0 }, value: "x", changed: true };
const caller = { from: "caller" } as const;

Deno.test("a command window holds the last commands, from the oldest to the newest", () => {
  const ids = fc.uniqueArray(fc.string(), { maxLength: 60 });
  fc.assert(fc.property(ids, fc.nat(50), fc.integer({ min: 1, max: 20 }), (all, cut, size) => {
    const before = all.slice(0, Math.min(cut, size)), after = all.slice(before.length);
    const window = createCommandWindow(size, before.map((id) => [id, outcome]));
    for (const id of after) window.add(id, outcome);
    deepStrictEqual(Array.from(window.entries(), ([id]) => id), all.slice(-size));
    for (const [at, id] of all.entries()) {
      strictEqual(window.get(id) !== undefined, at >= all.length - size, id);
    }
  }));
});

Deno.test("a command window keeps what was emitted last, the same whether it was restored or not", () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 60 });
  fc.assert(fc.property(sizes, fc.nat(60), (all, cut) => {
    const added = all.map((part, at): [string, Outcome] => [
      `c${at}`,
      part === 0 ? outcome : { ...outcome, emitted: "x".repeat(part * MAX_KEPT / 8) },
    ]);
    const window = createCommandWindow(20);
    let restored = createCommandWindow(20);
    for (const [at, [id, one]] of added.entries()) {
      window.add(id, one);
      restored.add(id, one);
      if (at === cut) restored = createCommandWindow(20, [...restored.entries()]);
    }
    deepStrictEqual([...restored.entries()], [...window.entries()]);
    let kept = 0;
    for (const [id, { emitted = "" }] of [...window.entries()].toReversed()) {
      const whole = added.find(([one]) => one === id)?.[1].emitted ?? "";
      // Once something is given up, so is all before it.
      strictEqual(emitted, kept + whole.length > MAX_KEPT ? "" : whole, id);
      kept += whole.length;
    }
  }));
});

Deno.test("a caller's id is its own, and no two callers and ids are remembered under one key", () => {
  const from = (by: string | undefined, id: string) =>
    commandKey({ id, cause: caller, ...(by === undefined ? {} : { by }) });
  notStrictEqual(from("ann", "a"), from("bob", "a"));
  notStrictEqual(from("ann", "a"), from(undefined, "a"));
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (by, id, other, otherId) => {
      const isSame = by === other && id === otherId;
      strictEqual(from(by, id) === from(other, otherId), isSame);
    }),
  );
  const tricky = ["", " ", "1", "1 ", "1 a", "a", " a", "a 1 a", "3 a b"];
  const keys = tricky.flatMap((by) => tricky.map((id) => from(by, id)));
  strictEqual(new Set(keys).size, keys.length);
});

Deno.test("what the runtime itself sends is remembered by its id alone, on whoever's behalf", () => {
  strictEqual(commandKey({ id: "stop", cause: { from: "stop" }, by: "ann" }), "stop");
  const key = "1.0/x";
  strictEqual(commandKey({ id: "t", cause: { from: "timer", id: "x", key }, by: "ann" }), "t");
  for (const id of ["start", "stop", "send:a", "effect:a", "timer:a", "call:a"]) {
    ok(commandKey({ id, cause: caller, by: "ann" }) !== id);
  }
});
