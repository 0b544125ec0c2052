import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { startNode, type TestNode, typesOf } from "../../actors/runtime/_nodes_testing.ts";
import type { Caller, Tasks } from "../../bridges/ports.ts";
import { until } from "../../tests/harness/until.ts";
import { createMcpTaskKind, MCP_TASK_KIND } from "./task_kind.ts";
import { createRunners, type Runners } from "./runner.ts";
import { createTasks, MAX_RESULT_BYTES } from "./tasks.ts";

const callerOf = (id: string, role: Caller["role"] = "client"): Caller => ({
  ...{ identity: { id, scopes: [] }, role, credential: "c", notAfterMs: null },
});
const ann = callerOf("ann"), bob = callerOf("bob");
const result = { requestId: "r1", isError: false, text: '{"n":1}' };

interface TwoNodes extends AsyncDisposable {
  /** Where calls run. */
  readonly here: Tasks;
  /** Where they are asked after. */
  readonly there: Tasks;
  readonly near: TestNode;
  readonly far: TestNode;
}

/** Two nodes of one hub. */
async function twoNodes({ ttlMs = 60_000, checkMs = 60_000 } = {}): Promise<TwoNodes> {
  await using stack = new AsyncDisposableStack();
  const seen: { runners?: Runners } = {};
  const isGone: Runners["isGone"] = (one) => seen.runners?.isGone(one) ?? true;
  const kinds = [createMcpTaskKind({ isGone }, { checkMs })];
  const far = stack.use(await startNode("far", { kinds }));
  const near = stack.use(await startNode("near", { kinds, realm: far.realm }));
  seen.runners = createRunners(far.membership);
  for (const { membership } of [near, far]) {
    await until(() => membership.nodes().length === 2, { what: "the nodes to know each other" });
  }
  const tasksOf = ({ host, bus, membership }: TestNode) =>
    createTasks({ host, bus, membership, ttlMs });
  const parts = stack.move();
  return {
    ...{ here: tasksOf(near), there: tasksOf(far), near, far },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

Deno.test("a task can be asked after at any node, from its beginning to its result", async () => {
  await using hub = await twoNodes();
  const begun = await hub.here.begin(ann);
  deepStrictEqual(await hub.there.find(ann, begun.taskId), begun);
  strictEqual(begun.status, "working");
  await hub.here.end(begun.taskId, { result });
  const { updatedAt = 0, ...ended } = await hub.there.find(ann, begun.taskId) ?? {};
  deepStrictEqual({ ...begun, ...ended }, { ...begun, status: "completed", result });
  ok(updatedAt >= begun.createdAt);
});

Deno.test("a task is nobody's but its caller's: for others there is none", async () => {
  await using hub = await twoNodes();
  const { taskId } = await hub.here.begin(ann);
  for (const other of [bob, callerOf("ann", "node")]) {
    strictEqual(await hub.there.find(other, taskId), undefined);
    strictEqual(await hub.there.cancel(other, taskId), false);
  }
  strictEqual((await hub.here.find(ann, taskId))?.status, "working");
});

for (const taskId of ["", "x", "a.b", "*", crypto.randomUUID()]) {
  Deno.test(`there is no task of an id that was never given, such as "${taskId}"`, async () => {
    await using hub = await twoNodes();
    strictEqual(await hub.here.find(ann, taskId), undefined);
    strictEqual(await hub.here.cancel(ann, taskId), false);
  });
}

Deno.test("what was cancelled at one node stays so, whatever its call gives at another", async () => {
  await using hub = await twoNodes();
  const { taskId } = await hub.here.begin(ann);
  strictEqual(await hub.there.cancel(ann, taskId), true);
  await hub.here.end(taskId, { result });
  strictEqual((await hub.here.find(ann, taskId))?.status, "cancelled");
});

Deno.test("what is over can be cancelled without harm", async () => {
  await using hub = await twoNodes();
  const { taskId } = await hub.here.begin(ann);
  await hub.here.end(taskId, { result });
  strictEqual(await hub.there.cancel(ann, taskId), true);
  strictEqual((await hub.there.find(ann, taskId))?.status, "completed");
});

Deno.test("a task has failed once its node is found to be gone, and that is written down", async () => {
  await using hub = await twoNodes();
  const { taskId } = await hub.here.begin(ann);
  await hub.near.crash();
  const failed = await until(async () => {
    const task = await hub.there.find(ann, taskId);
    return task?.status === "failed" ? task : undefined;
  }, { what: "the task to have failed" });
  deepStrictEqual([failed.problem?.retryable, failed.problem?.reason], [true, "node_lost"]);
  const address = { kind: MCP_TASK_KIND, id: taskId };
  deepStrictEqual(await typesOf(hub.far.bus, address, { own: false }), ["START", "FAIL"]);
});

Deno.test("a task goes on for who came back from an outage too lately to know that its node is gone", async () => {
  await using hub = await twoNodes();
  const { taskId } = await hub.here.begin(ann);
  await hub.near.crash();
  const { host, bus, membership } = hub.far;
  await until(() => membership.nodes().length === 1, { what: "the node to be off the list" });
  let settled = false;
  const back = createTasks({
    ...{ host, bus, ttlMs: 60_000 },
    membership: { ...membership, isSettled: () => settled },
  });
  strictEqual((await back.find(ann, taskId))?.status, "working");
  settled = true;
  strictEqual((await back.find(ann, taskId))?.status, "failed");
});

Deno.test("a task fails by itself once its node is gone, though nobody asks after it", async () => {
  await using hub = await twoNodes({ checkMs: 100 });
  const { taskId } = await hub.here.begin(ann);
  await hub.near.crash();
  const address = { kind: MCP_TASK_KIND, id: taskId };
  await until(async () => {
    const view = await hub.far.host.get(address);
    return JSON.stringify(view?.value) === '{"kept":"failed"}';
  }, { what: "the task to have failed" });
  const types = await typesOf(hub.far.bus, address, { own: true });
  strictEqual(types.includes("FAIL"), false, "nobody has said so");
  strictEqual((await hub.there.find(ann, taskId))?.problem?.reason, "node_lost");
});

Deno.test("whoever watches a task at one node hears of what happens to it at another, until they do not want to", async () => {
  await using hub = await twoNodes();
  const { taskId } = await hub.here.begin(ann);
  let heard = 0;
  const leave = hub.there.watch(taskId, () => void heard++);
  // That it is subscribed is known once the server has answered.
  await hub.far.bus.connection.flush();
  await hub.here.end(taskId, { result });
  await until(() => heard > 0, { what: "the end to be heard" });
  leave();
  for (const id of ["", "a.b", "*", ">"]) hub.there.watch(id, () => {})();
});

Deno.test("a problem of the protocol is told as one", async () => {
  await using hub = await twoNodes();
  const { taskId } = await hub.here.begin(ann);
  const problem = { code: "INTERNAL", message: "internal error", retryable: false };
  await hub.here.end(taskId, { problem });
  deepStrictEqual((await hub.there.find(ann, taskId))?.problem, problem);
});

Deno.test("a result that is too large is told as a failure of the tool", async () => {
  await using hub = await twoNodes();
  const { taskId } = await hub.here.begin(ann);
  const text = JSON.stringify({ long: "x".repeat(MAX_RESULT_BYTES) });
  await hub.here.end(taskId, { result: { ...result, text } });
  const kept = await hub.there.find(ann, taskId);
  deepStrictEqual([kept?.status, kept?.result?.isError], ["completed", true]);
  strictEqual(JSON.parse(kept?.result?.text ?? "").details.reason, "result_too_large");
});

Deno.test("the largest result that is kept is kept, whatever is in it", async () => {
  await using hub = await twoNodes();
  const { taskId } = await hub.here.begin(ann);
  // Each of these takes more room stored than written: 4, 3 and 7 bytes.
  const long = '"€\u0000'.repeat(Math.floor(MAX_RESULT_BYTES / 14) - 8);
  const text = JSON.stringify({ long });
  await hub.here.end(taskId, { result: { ...result, text } });
  strictEqual((await hub.there.find(ann, taskId))?.result?.text, text);
});

Deno.test("a task expires: there is none any more, but its log keeps what came of it", async () => {
  await using hub = await twoNodes({ ttlMs: 300 });
  const { taskId } = await hub.here.begin(ann);
  await hub.here.end(taskId, { result });
  await until(async () => await hub.there.find(ann, taskId) === undefined, {
    what: "the task to expire",
  });
  strictEqual(await hub.there.cancel(ann, taskId), false);
  const address = { kind: MCP_TASK_KIND, id: taskId };
  deepStrictEqual(await typesOf(hub.far.bus, address, { own: false }), ["START", "FINISH"]);
});

Deno.test("without NATS nothing is promised", async () => {
  await using hub = await twoNodes();
  await hub.near.crash();
  await rejects(hub.here.begin(ann), (error: Error) => {
    notStrictEqual(Reflect.get(error, "code"), undefined);
    return true;
  });
});
