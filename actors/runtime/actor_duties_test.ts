import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { initialTransition } from "xstate";
import { counter } from "./_counter.ts";
import type { Action } from "./action.ts";
import { createActorDuties } from "./actor_duties.ts";
import { NOTHING } from "./copied.ts";
import { createEffectSlots } from "./effect_slots.ts";
import { createParking } from "./parking.ts";
import type { ActorState, Timer } from "./state.ts";

const address = { kind: "counter", id: "a" };
const timer: Timer = {
  ...{ id: "t", delayMs: 1, dueAt: 1, event: { type: "T" } },
  since: { commit: { seq: 1 }, index: 0 },
};
const arm: Action = { do: "arm", timer };

const [snapshot] = initialTransition(counter.machine);
const state: ActorState = {
  ...{ snapshot, parent: undefined, count: 1 },
  ...{ effects: NOTHING, timers: NOTHING, children: NOTHING },
};
const waits: ActorState = { ...state, timers: new Map([[timer.id, timer]]) };
const LATE_MS = 30_000;

/** Duties of one actor, of which another node may have noted that it waits; notes what becomes of its keys. */
function noting({ end = 0, found }: { readonly end?: number; readonly found?: number } = {}) {
  const told: string[] = [], clock = { at: 0 };
  const duties = createActorDuties({
    send: () => Promise.reject(new Error("nobody is there")),
    active: {
      mark: () => Promise.resolve(told.push("put")),
      unmark: () => Promise.resolve(void told.push("removed")),
      async *list() {},
    },
    waiting: {
      note: (_, dueAt) => Promise.resolve(told.push(`noted ${dueAt}`)),
      forget: (_, revision) => Promise.resolve(void told.push(`forgotten ${revision}`)),
      find: () => Promise.resolve(found),
      async *overdue() {},
    },
    isLast: (_, seq) => Promise.resolve(end <= seq),
    timers: {
      arm: (_, { id }) => Promise.resolve(void told.push(`armed ${id}`)),
      cancel: () => Promise.resolve(),
    },
    slots: createEffectSlots({}),
    parking: createParking({}),
    ...{ effectsPerActor: 1, maxUndone: 1, publish: () => undefined },
    hooks: { onLate: ({ timer: { id } }) => void told.push(`late ${id}`) },
    ...{ now: () => clock.at, lateMs: LATE_MS },
  }, { address, kind: counter });
  return { duties, told, clock };
}

Deno.test("the key stays when an actor leaves without knowing whether its last commit is in the log", async () => {
  for (const when of ["before", "after"]) {
    const { duties, told } = noting();
    if (when === "after") duties.stop();
    // Appended then, and nobody ever said what came of it.
    await duties.prepare([arm]);
    deepStrictEqual([when, await duties.close(), told], [when, true, ["put"]]);
  }
});

Deno.test("the key goes with an actor, unless its log goes on after what this node has taken up", async () => {
  for (const [end, kept] of [[1, ["put", "removed"]], [2, ["put"]]] as const) {
    const { duties, told } = noting({ end });
    await duties.prepare([arm]);
    // Not armed any more in the end.
    await duties.perform({ actions: [arm], state, seq: 1, resumed: false });
    deepStrictEqual([end, await duties.close(), told], [end, false, kept]);
  }
});

Deno.test("an actor that waits is noted with its next timer before its key goes", async () => {
  const { duties, told } = noting();
  await duties.prepare([arm]);
  await duties.perform({ actions: [arm], state: waits, seq: 1, resumed: false });
  strictEqual(await duties.close(), false);
  deepStrictEqual(told, ["put", "armed t", "noted 1", "removed"]);
});

Deno.test("an actor that was noted, here or elsewhere, and does not wait any more is forgotten", async () => {
  const { duties, told } = noting({ found: 7 });
  duties.adopt(1);
  await duties.close();
  deepStrictEqual(told, ["put", "forgotten 7", "removed"]);
});

Deno.test("an actor that was found waiting, and has had its timer, is forgotten though that led to no work", async () => {
  const { duties, told } = noting({ found: 7 });
  duties.perform({ actions: [], state: waits, seq: 1, resumed: true });
  duties.perform({ actions: [], state, seq: 2, resumed: false });
  await duties.close();
  deepStrictEqual(told, ["forgotten 7"]);
});

Deno.test("an actor that was found waiting, and still waits, keeps its note", async () => {
  const { duties, told } = noting({ found: 7 });
  duties.perform({ actions: [], state: waits, seq: 1, resumed: true });
  await duties.close();
  deepStrictEqual(told, []);
});

Deno.test("a timer that is late is armed again and told of, and once more only much later", async () => {
  const { duties, told, clock } = noting(), again = ["late t", "armed t"];
  duties.perform({ actions: [], state: waits, seq: 1, resumed: true });
  for (
    const [at, expected] of [
      [LATE_MS, []],
      [LATE_MS + 2, again],
      [LATE_MS + 3, []],
      [30 * LATE_MS, again],
    ] as const
  ) {
    clock.at = at;
    strictEqual(duties.isLate, expected.length > 0);
    await duties.rearmLate();
    deepStrictEqual([at, told.splice(0)], [at, expected]);
  }
  clock.at = 90 * LATE_MS;
  duties.perform({ actions: [], state, seq: 2, resumed: false });
  await duties.rearmLate();
  deepStrictEqual(told, [], "it has come");
});

Deno.test("an actor that is looked at for what is late has it armed at once: it may leave memory soon", async () => {
  const { duties, told, clock } = noting();
  clock.at = 2 * LATE_MS;
  duties.perform({ actions: [], state: waits, seq: 1, resumed: true });
  duties.adopt(1);
  await duties.delivered();
  await duties.close();
  deepStrictEqual(told.toSorted(), ["armed t", "late t", "noted 1", "put", "removed"]);
});
