import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { initialTransition } from "xstate";
import type { Action } from "./action.ts";
import type { ActorDuties } from "./actor_duties.ts";
import { counter } from "./_counter.ts";
import { NOTHING } from "./copied.ts";
import type { Asked } from "./duties.ts";
import { createLazyDuties } from "./lazy_duties.ts";
import type { ActorState, Effect, Timer } from "./state.ts";

const [snapshot] = initialTransition(counter.machine);
const state: ActorState = {
  ...{ snapshot, parent: undefined, count: 1 },
  ...{ effects: NOTHING, timers: NOTHING, children: NOTHING },
};
const effect: Effect = {
  ...{ id: "work", src: "work", input: undefined, sync: false },
  since: { commit: { seq: 1 }, index: 0 },
};
const timer: Timer = {
  ...{ id: "bell", delayMs: 1, dueAt: 1, event: { type: "RING" } },
  since: effect.since,
};
const emit: Action = {
  do: "emit",
  event: { type: "DONE" },
  id: { position: effect.since, nth: 0 },
};
const asked: Asked = { actions: [], state, seq: 1, resumed: false };

/** Duties that are made when they are needed; notes what they are told. */
function noting() {
  const told: string[] = [];
  const made: ActorDuties = {
    ...{ isBusy: true, isFull: true, isLate: true },
    prepare: () => void told.push("prepare"),
    perform: () => void told.push("perform"),
    adopt: () => void told.push("adopt"),
    rearmLate: () => Promise.resolve(void told.push("rearmLate")),
    delivered: () => Promise.resolve(void told.push("delivered")),
    stop: () => void told.push("stop"),
    close: () => Promise.resolve(told.push("close") > 0),
  };
  const duties = createLazyDuties(() => {
    told.push("made");
    return made;
  });
  return { duties, told };
}

Deno.test("an actor that asks for nothing has no duties made for it, from its beginning to its end", async () => {
  const { duties, told } = noting();
  duties.prepare([]);
  duties.perform(asked);
  duties.perform({ ...asked, resumed: true });
  await duties.delivered();
  deepStrictEqual([duties.isBusy, duties.isFull, await duties.close()], [false, false, false]);
  deepStrictEqual(told, []);
});

Deno.test("what is asked for is told to duties that are made then, and so is all that comes after it", async () => {
  const { duties, told } = noting();
  duties.prepare([emit]);
  duties.perform({ ...asked, actions: [emit] });
  duties.prepare([]);
  duties.perform(asked);
  await duties.delivered();
  deepStrictEqual([duties.isBusy, duties.isFull, await duties.close()], [true, true, true]);
  deepStrictEqual(
    told,
    ["made", "prepare", "perform", "prepare", "perform", "delivered", "stop", "close"],
  );
});

for (
  const [what, underWay] of [
    ["an effect", { effects: new Map([[effect.id, effect]]) }],
    ["a timer", { timers: new Map([[timer.id, timer]]) }],
  ] as const
) {
  Deno.test(`${what} that is found under way is taken up, though nothing was asked for since`, () => {
    const { duties, told } = noting();
    duties.perform({ ...asked, state: { ...state, ...underWay }, resumed: true });
    if (duties.isLate) duties.rearmLate();
    deepStrictEqual(told, ["made", "perform", "rearmLate"]);
  });
}

Deno.test("a key that is found has duties made, which take it away in the end", () => {
  const { duties, told } = noting();
  duties.adopt(1);
  deepStrictEqual(told, ["made", "adopt"]);
});

Deno.test("what is asked for after they were stopped is told to duties that are stopped as well", () => {
  const { duties, told } = noting();
  duties.stop();
  strictEqual(told.length, 0);
  duties.perform({ ...asked, actions: [emit] });
  deepStrictEqual(told, ["made", "stop", "perform"]);
});
