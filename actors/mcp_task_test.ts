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

Deno.test("a result that is too long is no event", () => {
  const text = "x".repeat(256 * 1024);
  const finish = (text: string) => ({ type: "FINISH", result: { ...result, text }, at: 2 });
  strictEqual(Value.Check(McpTaskEvent, finish(text)), true);
  strictEqual(Value.Check(McpTaskEvent, finish(`${text}x`)), false);
});
