/** The official client of the extension for tasks, against started nodes. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { operation } from "@alkdev/operations/spoke";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import {
  createTaskSessionFromClient,
  type RawClientDispatch,
  resultFromTaskOutcome,
} from "@modelcontextprotocol/ext-tasks/client";
import { Type } from "@sinclair/typebox";
import { TASKS } from "../bridges/mcp/mod.ts";
import { mcpUrl, say, type Speaker, untilKnown } from "./_mcp_testing.ts";
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

async function sessionOf({ speaker }: World) {
  await using stack = new AsyncDisposableStack();
  const client = stack.adopt(
    new Client(FRAMING.clientInfo, { versionNegotiation: { mode: { pin: "2026-07-28" } } }),
    (client) => client.close(),
  );
  const headers = { authorization: `Bearer ${speaker.key}` };
  const url = new URL(mcpUrl(speaker.place));
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
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
