/** Calls that take long go on as tasks of MCP, on started nodes with a spoke. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { operation } from "@alkdev/operations/spoke";
import { Type } from "@sinclair/typebox";
import { STATELESS, TASKS } from "../bridges/mcp/mod.ts";
import { ask, callOf, type Said, say, type Speaker, untilKnown } from "./_mcp_testing.ts";
import {
  hubEnvironment,
  type Hubs,
  operatorOf,
  type Place,
  socketUrl,
  startHubs,
} from "./calls/_hubs_testing.ts";
import { spawnHub } from "./harness/hub.ts";
import { until } from "./harness/until.ts";
import { spokeOf } from "./spokes/_spokes_testing.ts";

const AFTER_MS = 200;
/** Calls at a spoke that wait until a test lets them go on. */
interface SlowSpoke extends AsyncDisposable {
  readonly waiting: ReadonlyMap<string, () => void>;
  readonly aborted: readonly string[];
}

/** Connects a spoke, which all of `nodes` know by then. */
async function slowSpoke(
  hubs: Pick<Hubs, "spoke" | "key">,
  { at, nodes }: { readonly at: Place; readonly nodes: readonly Place[] },
): Promise<SlowSpoke & { readonly key: string }> {
  const waiting = new Map<string, () => void>(), aborted: string[] = [];
  const slow = (name: string, output?: ReturnType<typeof Type.Object>) =>
    operation({
      name,
      input: Type.Object({ id: Type.String() }),
      ...(output === undefined ? {} : { output }),
      handler: ({ id }, { signal }) =>
        new Promise<Record<string, unknown>>((resolve, reject) => {
          waiting.set(id, () => resolve({ done: id }));
          signal.addEventListener("abort", () => {
            aborted.push(id);
            reject(signal.reason);
          });
        }),
    });
  const secret = Type.Object({ done: Type.String({ secret: true }) });
  const spoke = await spokeOf(at.url, "dev1", {
    key: await hubs.spoke("dev1"),
    operations: [slow("slow/work"), slow("slow/secret", secret)],
  });
  const key = await hubs.key("spokes:call");
  for (const place of nodes) await untilKnown({ place, key }, "dev1/slow/work");
  return {
    ...{ waiting, aborted, key },
    [Symbol.asyncDispose]: () => spoke[Symbol.asyncDispose](),
  };
}

interface World extends AsyncDisposable {
  readonly hubs: Hubs;
  /** Ann, at the node that has the spoke, and at the other one. */
  readonly here: Speaker;
  readonly there: Speaker;
  readonly spoke: SlowSpoke;
}

async function start(afterMs = AFTER_MS): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const hubs = stack.use(await startHubs(2, { mcp: { taskAfterMs: afterMs } }));
  const [here, there] = hubs.nodes;
  if (here === undefined || there === undefined) throw new Error("unreachable");
  const { key, ...spoke } = stack.use(await slowSpoke(hubs, { at: here, nodes: hubs.nodes }));
  const parts = stack.move();
  return {
    ...{ hubs, spoke, here: { place: here, key }, there: { place: there, key } },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

const last = ({ messages }: Said) => messages.at(-1);

/** Begins a call that becomes a task. */
async function begin(speaker: Speaker, id = "a"): Promise<string> {
  const { result } = last(
    await callOf(speaker, "dev1/slow/work", { input: { id }, takesTasks: true }),
  );
  strictEqual(result.resultType, "task");
  return result.taskId;
}

function about(speaker: Speaker, method: string, taskId: string): Promise<Said> {
  const params = { taskId, ...(method === "tasks/update" ? { inputResponses: {} } : {}) };
  return ask(speaker, { method, params, takesTasks: true });
}

const get = async (speaker: Speaker, taskId: string) =>
  last(await about(speaker, "tasks/get", taskId)).result;

/** Waits until a task is no longer at work. */
function settled(speaker: Speaker, taskId: string) {
  return until(async () => {
    const task = await get(speaker, taskId);
    return task.status === "working" ? undefined : task;
  }, { what: "the task to be over" });
}

Deno.test("a call that takes long becomes a task, whose result any node gives", async () => {
  await using world = await start();
  const { here, there, spoke } = world;
  const taskId = await begin(here);
  const working = await get(there, taskId);
  deepStrictEqual([working.status, working.resultType], ["working", "complete"]);
  deepStrictEqual([working.ttlMs, working.result], [900_000, undefined]);
  ok(Date.parse(working.createdAt) <= Date.now());
  spoke.waiting.get("a")?.();
  const { status, result } = await settled(there, taskId);
  deepStrictEqual([status, result.isError], ["completed", false]);
  deepStrictEqual(result.structuredContent, { done: "a" });
  deepStrictEqual(JSON.parse(result.content[0].text), { done: "a" });
  deepStrictEqual(await get(here, taskId), await get(there, taskId));
});

Deno.test("a client that does not take tasks waits for its answer, and may not ask about them", async () => {
  await using world = await start();
  const { here, spoke } = world;
  const answer = callOf(here, "dev1/slow/work", { input: { id: "b" } });
  const taskId = await begin(here);
  spoke.waiting.get("b")?.();
  const { result } = last(await answer);
  deepStrictEqual([result.resultType, result.structuredContent], ["complete", { done: "b" }]);
  for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
    const { status, messages } = await ask(here, { method, params: { taskId } });
    strictEqual(status, 400);
    deepStrictEqual(messages[0].error.code, -32021);
    deepStrictEqual(messages[0].error.data.requiredCapabilities, {
      extensions: { "io.modelcontextprotocol/tasks": {} },
    });
  }
  spoke.waiting.get("a")?.();
});

for (const name of [undefined, "another", "call"]) {
  Deno.test(`tasks/get whose Mcp-Name is ${name} is refused: what is on the way has decided by it`, async () => {
    await using world = await start();
    const { here, spoke } = world;
    const taskId = await begin(here);
    const headers = {
      ...{ "mcp-protocol-version": STATELESS, "mcp-method": "tasks/get" },
      ...(name === undefined ? {} : { "mcp-name": name }),
    };
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": STATELESS,
      "io.modelcontextprotocol/clientCapabilities": { extensions: { [TASKS]: {} } },
    };
    const message = { id: 1, method: "tasks/get", params: { taskId, _meta } };
    const { status, messages } = await say({ ...here, headers }, message);
    deepStrictEqual([status, messages[0].error.code], [400, -32020]);
    spoke.waiting.get("a")?.();
  });
}

Deno.test("server/discover says that there are tasks", async () => {
  await using hubs = await startHubs(1);
  const [place] = hubs.nodes;
  if (place === undefined) throw new Error("unreachable");
  const said = await ask({ place, key: await hubs.key() }, { method: "server/discover" });
  deepStrictEqual(last(said).result.capabilities, { tools: {}, extensions: { [TASKS]: {} } });
});

Deno.test("what is quick is answered as ever, also to clients that take tasks", async () => {
  await using world = await start();
  const params = { name: "search", arguments: { query: "slow" } };
  const said = await ask(world.here, { method: "tools/call", params, takesTasks: true });
  strictEqual(last(said).result.resultType, "complete");
});

Deno.test("a task is told of to nobody but who began it", async () => {
  await using world = await start();
  const { hubs, here, there, spoke } = world;
  const taskId = await begin(here);
  const bob = { ...there, key: await hubs.key("spokes:call", "admin") };
  for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
    const foreign = last(await about(bob, method, taskId)).error;
    const unknown = last(await about(bob, method, crypto.randomUUID())).error;
    deepStrictEqual([foreign.code, foreign], [-32602, unknown]);
  }
  strictEqual((await get(here, taskId)).status, "working");
  spoke.waiting.get("a")?.();
});

Deno.test("tasks/update is taken, and answers nothing that was asked", async () => {
  await using world = await start();
  const { here, there, spoke } = world;
  const taskId = await begin(here);
  const { result } = last(await about(there, "tasks/update", taskId));
  deepStrictEqual([result.resultType, result.taskId], ["complete", undefined]);
  spoke.waiting.get("a")?.();
});

Deno.test("tasks/cancel at one node aborts the call of another, down to its spoke", async () => {
  await using world = await start();
  const { here, there, spoke } = world;
  const [gone, stays] = [await begin(here, "gone"), await begin(here, "stays")];
  strictEqual(last(await about(there, "tasks/cancel", gone)).result.resultType, "complete");
  await until(() => spoke.aborted.length > 0, { what: "the spoke to hear of it" });
  deepStrictEqual(spoke.aborted, ["gone"]);
  deepStrictEqual((await get(here, gone)).status, "cancelled");
  strictEqual((await get(here, stays)).status, "working");
  spoke.waiting.get("stays")?.();
  strictEqual((await settled(there, stays)).status, "completed");
});

Deno.test("an answer that is a stream already ends with the task, and the call goes on", async () => {
  // After more than a second an answer is a stream.
  await using world = await start(1_100);
  const { here, there, spoke } = world;
  const taskId = await begin(here);
  strictEqual((await get(there, taskId)).status, "working");
  deepStrictEqual(spoke.aborted, []);
  spoke.waiting.get("a")?.();
  deepStrictEqual((await settled(there, taskId)).result.structuredContent, { done: "a" });
});

Deno.test("a batch becomes a task as a whole", async () => {
  await using world = await start();
  const { here, there, spoke } = world;
  const calls = ["x", "y"].map((id) => ({ operation: "dev1/slow/work", input: { id } }));
  const params = { name: "batch", arguments: { calls } };
  const said = await ask(here, { method: "tools/call", params, takesTasks: true });
  const { taskId } = last(said).result;
  await until(() => spoke.waiting.size === 2, { what: "both calls" });
  for (const release of spoke.waiting.values()) release();
  const { result } = await settled(there, taskId);
  const outputs = result.structuredContent.results.map(({ output }: { output: unknown }) => output);
  deepStrictEqual(outputs, [{ done: "x" }, { done: "y" }]);
});

Deno.test("what declares a secret in its output is not written down: its client waits", async () => {
  await using world = await start();
  const { here, spoke } = world;
  const asked = { input: { id: "s" }, takesTasks: true };
  const answer = callOf(here, "dev1/slow/secret", asked);
  await until(() => spoke.waiting.has("s"), { what: "the call to run" });
  // By then it had become a task, were it another operation.
  await begin(here);
  spoke.waiting.get("s")?.();
  const { result } = last(await answer);
  deepStrictEqual([result.resultType, result.structuredContent], ["complete", { done: "s" }]);
  spoke.waiting.get("a")?.();
});

Deno.test("a task whose node is killed has failed, and may be begun again: any node says so", async () => {
  await using stack = new AsyncDisposableStack();
  const { env } = stack.use(await hubEnvironment());
  const spawn = () => spawnHub({ args: ["--mcp-task-after-ms", `${AFTER_MS}`], env });
  const processes = [stack.use(spawn())];
  await processes[0]?.ready;
  processes.push(stack.use(spawn()));
  const nodes = await Promise.all(
    processes.map(async ({ ready }) => ({ url: socketUrl(await ready) })),
  );
  const [here, there] = nodes;
  if (here === undefined || there === undefined) throw new Error("unreachable");
  const operator = stack.use(await operatorOf(env));
  // At the other node: it outlives the one that runs the call.
  const { key } = stack.use(await slowSpoke(operator, { at: there, nodes }));
  const taskId = await begin({ place: here, key });
  strictEqual((await get({ place: there, key }, taskId)).status, "working");
  processes[0]?.kill("SIGKILL");
  const { status, error, result } = await settled({ place: there, key }, taskId);
  deepStrictEqual([status, error.code, result], ["failed", -32603, undefined]);
  deepStrictEqual([error.data.retryable, error.data.details], [true, { reason: "node_lost" }]);
});

Deno.test("a task whose node is shut down has a result that says so, and may be begun again", async () => {
  await using stack = new AsyncDisposableStack();
  const hubs = stack.use(await startHubs(1, { mcp: { taskAfterMs: AFTER_MS } }));
  const [there] = hubs.nodes;
  if (there === undefined) throw new Error("unreachable");
  const leaving = spawnHub({
    args: ["--mcp-task-after-ms", `${AFTER_MS}`, "--shutdown-deadline-ms", "1000"],
    env: hubs.env,
  });
  await using _leaving = leaving;
  const here = { url: socketUrl(await leaving.ready) };
  const { key } = stack.use(await slowSpoke(hubs, { at: there, nodes: [here, there] }));
  const taskId = await begin({ place: here, key });
  leaving.kill("SIGTERM");
  const { status, result } = await settled({ place: there, key }, taskId);
  deepStrictEqual([status, result.isError], ["completed", true]);
  const { code, retryable } = result.structuredContent;
  deepStrictEqual([code, retryable], ["ABORTED", true]);
  await leaving.exited;
});
