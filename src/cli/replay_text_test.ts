import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { LoggedEvent } from "../../actors/runtime/mod.ts";
import type { ReplayStep } from "../../actors/runtime/replay/mod.ts";
import { replayTable, whatIfLines } from "./replay_text.ts";

const OPEN = { status: "active", value: "open", context: { n: 1 } };

function step(logged: Partial<LoggedEvent>, more: Partial<ReplayStep> = {}): ReplayStep {
  return {
    at: { seq: 12, index: 0 },
    version: 1,
    logged: { id: "c", event: { type: "ADD" }, cause: { from: "caller" }, at: 0, ...logged },
    before: OPEN,
    after: OPEN,
    changes: [],
    emitted: [],
    actions: [],
    ...more,
  };
}

const { rows } = replayTable("a/b", 1);

Deno.test("the columns stand below each other, however long a cell would be", () => {
  const long = "x".repeat(100);
  const at = (logged: Partial<LoggedEvent>) => rows(step(logged))[0]?.lastIndexOf("open");
  const usual = at({});
  ok(usual);
  for (
    const logged of [
      { event: { type: long } },
      { event: { type: "ADD", long } },
      { by: long },
      { cause: { from: "actor", address: `${long}/1` } as const },
      { cause: { from: "effect", id: long, key: "k" } as const },
    ]
  ) strictEqual(at(logged), usual);
});

Deno.test("an event with few fields stands in its row, one with many below, whole", () => {
  deepStrictEqual(rows(step({ event: { type: "ADD", n: 2 } })).length, 1);
  const [, below] = rows(step({ event: { type: "ADD", text: "a long story about it" } }));
  strictEqual(below?.trim(), '{"text":"a long story about it"}');
  const type = "xstate.done.actor.a-very-long-name";
  const [short, whole] = rows(step({ event: { type, output: 1 } }));
  match(short ?? "", /xstate\.done\.actor\.a-ver…/);
  strictEqual(whole?.trim(), `${type} {"output":1}`);
});

Deno.test("the end of an actor is shown once", () => {
  const done = { ...OPEN, status: "done" };
  match(rows(step({}, { after: done }))[0] ?? "", /open {2}done$/);
  match(rows(step({}, { before: done, after: done }))[0] ?? "", /open$/);
});

Deno.test("two ends that are the same are said to be", () => {
  deepStrictEqual(
    whatIfLines({ actual: OPEN, other: OPEN, untaken: [] }).at(-1),
    "It ends the same.",
  );
  const other = { ...OPEN, value: "closed" };
  const untaken = [{
    at: { seq: 3, index: 1 },
    inserted: false,
    event: { type: "PAY" },
    why: "no",
  }];
  deepStrictEqual(whatIfLines({ actual: OPEN, other, untaken }), [
    "as it was   open  active",
    "what if     closed  active",
    "! 3.1  PAY is not taken: no",
  ]);
});
