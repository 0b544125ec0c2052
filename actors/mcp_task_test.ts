import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Value } from "@sinclair/typebox/value";
import { Life } from "./_life_testing.ts";
import { mcpTask } from "./mcp_task.ts";
import { type McpTaskContext, McpTaskEvent } from "./mcp_task_events.ts";

const START: McpTaskEvent = {
  ...{ type: "START", owner: "client:ann", ttlMs: 60_000, at: 1 },
  runner: { node: "n1", startedAt: 0 },
};
const result = { requestId: "r1", isError: false, text: "{}" };
const problem = { code: "ABORTED", message: "gone", retryable: true };
const FINISH: McpTaskEvent = { type: "FINISH", result, at: 2 };
const FAIL: McpTaskEvent = { type: "FAIL", problem, at: 2 };
const CANCEL: McpTaskEvent = { type: "CANCEL", at: 2 };

const begun = () => new Life(mcpTask).take(START);
const contextOf = ({ snapshot }: Life): McpTaskContext => snapshot.context;

for (
  const [event, state, kept] of [
    [FINISH, "completed", { result, problem: null }],
    [FAIL, "failed", { result: null, problem }],
    [CANCEL, "cancelled", { result: null, problem: null }],
  ] as const
) {
  Deno.test(`a task that works is ${state} by ${event.type}, and nothing changes that`, () => {
    const life = begun().take(event);
    strictEqual(life.is(`kept.${state}`), true);
    const { result, problem, updatedAt } = contextOf(life);
    deepStrictEqual({ result, problem, updatedAt }, { ...kept, updatedAt: 2 });
    for (const late of [START, FINISH, FAIL, CANCEL]) strictEqual(life.can(late), false, late.type);
  });
}

Deno.test("a task that nobody has begun takes nothing else", () => {
  for (const event of [FINISH, FAIL, CANCEL]) strictEqual(new Life(mcpTask).can(event), false);
});

for (const before of [[], [FINISH], [FAIL], [CANCEL]]) {
  const state = before[0]?.type ?? "START";
  Deno.test(`after ${state} a task expires in its time, and nothing of what it gave is kept`, () => {
    const life = begun().takeAll(before).take({ due: "ttl" });
    strictEqual(life.is("expired"), true);
    strictEqual(life.snapshot.status, "done");
    deepStrictEqual([contextOf(life).result, contextOf(life).problem], [null, null]);
  });
}

const RUNNER = { node: "n1", startedAt: 0 };

Deno.test("a task looks for its node again and again, and goes on as long as it is there", () => {
  const life = begun();
  for (let times = 0; times < 3; times++) {
    life.take({ due: "check" });
    deepStrictEqual([...life.effects.values()], [RUNNER]);
    life.take(
      times === 1 ? { error: idOf(life) } : { done: idOf(life), output: { isGone: false, at: 9 } },
    );
    deepStrictEqual([life.is("kept.working"), contextOf(life).updatedAt], [true, 1]);
  }
});

Deno.test("a task whose node is gone has failed, and its call may begin anew", () => {
  const life = begun().take({ due: "check" });
  life.take({ done: idOf(life), output: { isGone: true, at: 9 } });
  strictEqual(life.is("kept.failed"), true);
  const { problem, updatedAt } = contextOf(life);
  deepStrictEqual([problem?.reason, problem?.retryable, updatedAt], ["node_lost", true, 9]);
  strictEqual(life.can(FINISH), false);
});

for (const end of [FINISH, FAIL, CANCEL]) {
  Deno.test(`a task whose node is being looked for takes ${end.type} as ever, and looks no more`, () => {
    const life = begun().take({ due: "check" }).take(end);
    strictEqual(life.is("kept.checking"), false);
    deepStrictEqual([...life.effects, [...life.timers.keys()].length], [1]);
  });
}

/** The name of the one effect that runs. */
function idOf({ effects }: Life): string {
  const [id = ""] = effects.keys();
  return id;
}

Deno.test("a result that is too long is no event", () => {
  const text = "x".repeat(256 * 1024);
  const finish = (text: string) => ({ type: "FINISH", result: { ...result, text }, at: 2 });
  strictEqual(Value.Check(McpTaskEvent, finish(text)), true);
  strictEqual(Value.Check(McpTaskEvent, finish(`${text}x`)), false);
});
