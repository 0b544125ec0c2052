/** The official client of the extension for tasks, against started nodes. */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { operation } from "@alkdev/operations/spoke";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import {
  createTaskSessionFromClient,
  type RawClientDispatch,
  resultFromTaskOutcome,
} from "@modelcontextprotocol/ext-tasks/client";
import { TaskStatusNotificationV2Schema } from "@modelcontextprotocol/ext-tasks/core/v2";
import { Type } from "@sinclair/typebox";
import { TASKS } from "../bridges/mcp/mod.ts";
import { ask, callOf, mcpUrl, say, type Speaker, untilKnown } from "./_mcp_testing.ts";
import { type Hubs, startHubs } from "./calls/_hubs_testing.ts";
import { until } from "./harness/until.ts";
import { spokeOf } from "./spokes/_spokes_testing.ts";

const FRAMING = {
  protocolVersion: "2026-07-28",
  clientInfo: { name: "test", version: "1.0.0" },
  clientCapabilities: { extensions: { [TASKS]: {} } },
};

const SLOW = { operation: "dev1/slow/work", input: {} };

/** Sends what the client has written, with an id and the headers that repeat what is in it. */
function dispatchTo(speaker: Speaker): RawClientDispatch {
  let ids = 0;
  return async (request) => {
    const message = { ...Object(request), id: ++ids };
    const { method, params: { name, taskId = name } } = message;
    const headers = {
      ...{ "mcp-protocol-version": FRAMING.protocolVersion, "mcp-method": method },
      "mcp-name": taskId,
    };
    const { messages } = await say({ ...speaker, headers }, message);
    const { result, error } = messages.at(-1);
    return error === undefined ? { kind: "result", result } : { kind: "error", error };
  };
}

interface World extends AsyncDisposable {
  readonly hubs: Hubs;
  readonly speaker: Speaker;
  readonly release: () => void;
  readonly aborted: () => number;
}

async function start(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const hubs = stack.use(await startHubs(1, { mcp: { taskAfterMs: 100 } }));
  const [place] = hubs.nodes;
  if (place === undefined) throw new Error("unreachable");
  const { promise, resolve } = Promise.withResolvers<void>();
  let aborted = 0;
  const slow = operation({
    name: "slow/work",
    input: Type.Object({}),
    handler: async (_input, { signal }) => {
      const gone = new Promise<never>((_, reject) =>
        signal.addEventListener("abort", () => {
          aborted++;
          reject(signal.reason);
        })
      );
      await Promise.race([promise, gone]);
      return { done: true };
    },
  });
  const key = await hubs.spoke("dev1");
  stack.use(await spokeOf(place.url, "dev1", { key, operations: [slow] }));
  const speaker = { place, key: await hubs.key("spokes:call") };
  await untilKnown(speaker, SLOW.operation);
  const parts = stack.move();
  return {
    ...{ hubs, speaker, release: resolve, aborted: () => aborted },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** The official client, connected. */
async function clientOf({ speaker }: World, capabilities = {}): Promise<Client> {
  const client = new Client(FRAMING.clientInfo, {
    ...{ versionNegotiation: { mode: { pin: "2026-07-28" } }, capabilities },
  });
  const headers = { authorization: `Bearer ${speaker.key}` };
  const url = new URL(mcpUrl(speaker.place));
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return client;
}

async function sessionOf(world: World) {
  const { speaker } = world;
  await using stack = new AsyncDisposableStack();
  const client = stack.adopt(await clientOf(world), (client) => client.close());
  const session = stack.adopt(
    createTaskSessionFromClient(client, {
      ...{ endpointId: "hub", rawDispatch: dispatchTo(speaker), v2RequestFraming: FRAMING },
    }),
    (session) => session.close(),
  );
  const parts = stack.move();
  return { session, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

Deno.test("the official client follows a call that becomes a task to its result", async () => {
  await using world = await start();
  await using client = await sessionOf(world);
  const execution = await client.session.callTool("call", SLOW);
  strictEqual(execution.kind, "task");
  world.release();
  const { outcome } = await execution.settle();
  deepStrictEqual(resultFromTaskOutcome(outcome).structuredContent, { done: true });
});

Deno.test("the official client cancels a task, which aborts its call", async () => {
  await using world = await start();
  await using client = await sessionOf(world);
  const execution = await client.session.callTool("call", SLOW);
  if (execution.kind !== "task") throw new Error("it became no task");
  await execution.cancel();
  await until(() => world.aborted() === 1, { what: "the call to be aborted" });
  strictEqual((await execution.settle()).outcome.status, "cancelled");
});

/** What the official client is told of a task from now on, checked by the extension's schema. */
async function listening(world: World, taskIds: readonly string[]) {
  await using stack = new AsyncDisposableStack();
  const client = stack.adopt(
    await clientOf(world, FRAMING.clientCapabilities),
    (client) => client.close(),
  );
  const told: Told[] = [];
  client.fallbackNotificationHandler = (notice) => {
    const { params } = TaskStatusNotificationV2Schema.parse({ jsonrpc: "2.0", ...notice });
    // It is an intersection of everything that it may be.
    told.push(Object(params));
    return Promise.resolve();
  };
  // The client knows of what extensions add no more than that it may be there.
  const filter: Record<string, unknown> = { taskIds };
  const subscription = await client.listen(filter);
  const parts = stack.move();
  return { told, subscription, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

interface Told {
  readonly taskId: string;
  readonly status: string;
  readonly result?: { readonly structuredContent: unknown };
}

const LISTEN = "subscriptions/listen";

async function begin({ speaker }: World): Promise<string> {
  const { messages } = await callOf(speaker, SLOW.operation, { takesTasks: true });
  return messages.at(-1).result.taskId;
}

Deno.test("a client that listens is told how its tasks are, until all of them are over", async () => {
  await using world = await start();
  const [cancelled, finished] = [await begin(world), await begin(world)];
  await using client = await listening(world, [cancelled, finished, crypto.randomUUID()]);
  const { told, subscription } = client;
  const seen = () => told.map(({ taskId, status }) => [taskId, status]);
  await until(() => told.length === 2, { what: "how the tasks are" });
  deepStrictEqual(seen(), [[cancelled, "working"], [finished, "working"]]);
  const params = { taskId: cancelled };
  await ask(world.speaker, { method: "tasks/cancel", params, takesTasks: true });
  await until(() => told.length === 3, { what: "the end of one of them" });
  world.release();
  // The hub has nothing more to tell, and says so.
  strictEqual(await subscription.closed, "graceful");
  deepStrictEqual(seen().slice(2), [[cancelled, "cancelled"], [finished, "completed"]]);
  deepStrictEqual(told.at(-1)?.result?.structuredContent, { done: true });
});

Deno.test("a client that listens is told before the node goes that there will be no more", async () => {
  await using world = await start();
  await using client = await listening(world, [await begin(world)]);
  await until(() => client.told.length === 1, { what: "how the task is" });
  await world.hubs[Symbol.asyncDispose]();
  strictEqual(await client.subscription.closed, "graceful");
});

Deno.test("who listens hears of no task but their own, and says that they take tasks", async () => {
  await using world = await start();
  const { hubs, speaker } = world;
  const taskId = await begin(world);
  const bob = { ...speaker, key: await hubs.key("spokes:call") };
  const params = { notifications: { taskIds: [taskId] } };
  const heard = await ask(bob, { method: LISTEN, params, takesTasks: true });
  const [acknowledged, end] = heard.messages;
  deepStrictEqual([heard.status, heard.messages.length], [200, 2]);
  deepStrictEqual(acknowledged.params.notifications, {});
  const stamp = { "io.modelcontextprotocol/subscriptionId": 1 };
  deepStrictEqual([acknowledged.params._meta, end.id, end.result.resultType], [
    ...[stamp, 1, "complete"],
  ]);
  const codeOf = async (asked: Parameters<typeof ask>[1]) => {
    const { status, messages } = await ask(bob, asked);
    return [status, messages[0].error.code];
  };
  deepStrictEqual(await codeOf({ method: LISTEN, params }), [400, -32021]);
  const many = Array.from({ length: 101 }, () => crypto.randomUUID());
  for (const notifications of [undefined, { taskIds: "a" }, { taskIds: [1] }, { taskIds: many }]) {
    const asked = { method: LISTEN, params: { notifications }, takesTasks: true };
    deepStrictEqual(await codeOf(asked), [200, -32602]);
  }
  // Without tasks there is nothing to be told of.
  const nothing = { method: LISTEN, params: { notifications: { toolsListChanged: true } } };
  strictEqual((await ask(bob, nothing)).messages.length, 2);
  world.release();
});

Deno.test("nobody listens more often than they may call streams at a time", async () => {
  await using world = await start();
  const taskId = await begin(world);
  await using stack = new AsyncDisposableStack();
  const listens = async () => stack.use(await listening(world, [taskId]));
  await rejects(async () => {
    for (let times = 0; times < 100; times++) await listens();
  }, /too many/);
  world.release();
});
