import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { Address } from "@hub/bus";
import { lateTimers, listWithOverdue, nextDueAt } from "./overdue.ts";
import type { Timer } from "./state.ts";

const working: Address = { kind: "k", id: "working" },
  waiting: Address = { kind: "k", id: "waits" };
const strange: Address = { kind: "strange", id: "waits" };

/** Lists with a clock that stands at 100; notes which moments were asked for. */
function listing(sweepMs: number, overdue: () => readonly Address[] = () => [waiting, strange]) {
  const asked: number[] = [];
  const { list } = listWithOverdue({
    ...{ sweepMs, lateMs: 30, now: () => 100, isKnown: ({ kind }) => kind === "k" },
    active: {
      async *list() {
        yield* await Promise.resolve([working]);
      },
    },
    waiting: {
      async *overdue(before) {
        asked.push(before);
        yield* await Promise.resolve(overdue());
      },
    },
  });
  return {
    asked,
    list: async (isHurried = false) =>
      (await Array.fromAsync(list(() => isHurried))).map(({ id }) => id),
  };
}

Deno.test("those who wait are not looked for at once, and then seldom", async () => {
  const soon = listing(0), later = listing(600_000);
  deepStrictEqual(await soon.list(), ["working", "waits"]);
  deepStrictEqual(soon.asked, [70], "only those that are late");
  deepStrictEqual(await later.list(), ["working"]);
  deepStrictEqual(later.asked, []);
});

Deno.test("when nodes have changed, those who work are looked at again before those who wait", async () => {
  const at = listing(0);
  deepStrictEqual(await at.list(true), ["working"]);
  deepStrictEqual(await at.list(), ["working", "waits"]);
});

Deno.test("those who wait are looked for again at once when that failed", async () => {
  const lost = new Error("lost");
  let tries = 0;
  const at = listing(0, () => {
    if (++tries === 1) throw lost;
    return [waiting];
  });
  await rejects(at.list(), lost);
  deepStrictEqual(await at.list(), ["working", "waits"]);
});

Deno.test("of some timers those are late that were due before a moment, and the first is due next", () => {
  const since = { commit: { seq: 1 }, index: 0 };
  const timer = (id: string, dueAt: number): Timer => ({
    ...{ id, dueAt, delayMs: 1, event: { type: id }, since },
  });
  const timers = new Map([["b", timer("b", 20)], ["a", timer("a", 10)], ["c", timer("c", 30)]]);
  const late = (before: number) => lateTimers(timers, before).map(({ id }) => id);
  deepStrictEqual([late(10), late(11), late(31)], [[], ["a"], ["b", "a", "c"]]);
  strictEqual(nextDueAt(timers), 10);
  strictEqual(nextDueAt(new Map()), undefined);
});
