import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { counter } from "./_counter.ts";
import { lamp } from "./_lamp.ts";
import { logged, Simulation } from "./_simulate.ts";
import { defineActor } from "./definition.ts";
import { persist } from "./persist.ts";

const { machine } = lamp;
const events = Type.Object({ type: Type.Literal("NEXT") });

for (
  const [what, wrong, told] of [
    ["name", { kind: "Counter" }, /Cannot name a kind "Counter": use small letters/],
    ["version", { version: 0 }, /Cannot use version 0 of lamp: expected 1, 2, 3/],
    ["memory of nothing", { remember: 0 }, /Cannot remember 0 events of lamp: expected 1 to 5000/],
    ["memory of too much", { remember: 5_001 }, /Cannot remember 5001 events of lamp/],
  ] as const
) {
  Deno.test(`a kind with a ${what} that cannot be is refused, with what could`, () => {
    throws(
      () => defineActor({ kind: "lamp", version: 1, machine, events, ...wrong }),
      (error) => error instanceof RangeError && told.test(error.message),
    );
  });
}

Deno.test("an actor remembers as many events as its kind says, and takes what is older again", () => {
  const actor = new Simulation({ ...counter, remember: 3 });
  const send = (id: string) => actor.send(logged(id, { type: "ADD", n: 1 }))[0]?.is;
  deepStrictEqual(["a", "b", "c", "d"].map(send), Array(4).fill("accepted"));
  deepStrictEqual(["d", "c", "b", "a"].map(send), [...Array(3).fill("repeated"), "accepted"]);
});

Deno.test("a snapshot says how much is remembered, where that is unusual", () => {
  const persisted = (remember: number) => {
    const kind = { ...counter, remember };
    return persist(kind, new Simulation(kind).loaded);
  };
  strictEqual(persisted(1_000).remember, undefined);
  strictEqual(persisted(2_000).remember, 2_000);
});

for (
  const [options, every] of [
    [{}, 1_000],
    [{ remember: 3_000 }, 3_000],
    [{ remember: 10 }, 200],
    [{ remember: 3_000, snapshotEvery: 7 }, 7],
  ] as const
) {
  Deno.test(`a kind with ${JSON.stringify(options)} is saved every ${every} events`, () => {
    const kind = defineActor({ kind: "lamp", version: 1, machine, events, ...options });
    strictEqual(kind.snapshotEvery, every);
  });
}
