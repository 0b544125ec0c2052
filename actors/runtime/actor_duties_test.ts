import { deepStrictEqual } from "node:assert/strict";
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

/** Duties of one actor; notes what becomes of its key. */
function noting({ end = 0 } = {}) {
  const told: string[] = [];
  const nothing = () => Promise.resolve();
  const duties = createActorDuties({
    send: () => Promise.reject(new Error("nobody is there")),
    active: {
      mark: () => Promise.resolve(told.push("put")),
      unmark: () => Promise.resolve(void told.push("removed")),
      async *list() {},
    },
    isLast: (_, seq) => Promise.resolve(end <= seq),
    timers: { arm: nothing, cancel: nothing },
    slots: createEffectSlots({}),
    parking: createParking({}),
    ...{ effectsPerActor: 1, maxUndone: 1, publish: () => undefined, hooks: {} },
  }, { address, kind: counter });
  return { duties, told };
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
  const [snapshot] = initialTransition(counter.machine);
  const state: ActorState = {
    ...{ snapshot, parent: undefined, count: 1 },
    ...{ effects: NOTHING, timers: NOTHING, children: NOTHING },
  };
  for (const [end, kept] of [[1, ["put", "removed"]], [2, ["put"]]] as const) {
    const { duties, told } = noting({ end });
    await duties.prepare([arm]);
    // Not armed any more in the end.
    await duties.perform({ actions: [arm], state, seq: 1, resumed: false });
    deepStrictEqual([end, await duties.close(), told], [end, false, kept]);
  }
});
