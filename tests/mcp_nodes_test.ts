/** MCP at started nodes of one hub, with a spoke at one of them. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { operation } from "@alkdev/operations/spoke";
import { Type } from "@sinclair/typebox";
import { CLIENTS } from "../bridges/mcp/_clients_testing.ts";
import { mcpUrl, say, type Speaker, untilKnown } from "./_mcp_testing.ts";
import { type Hubs, type Place, spokeAt, startHubs } from "./calls/_hubs_testing.ts";
import type { Program } from "../src/routing/_nodes_testing.ts";
import { until } from "./harness/until.ts";
import { spokeOf } from "./spokes/_spokes_testing.ts";

interface World extends AsyncDisposable {
  readonly hubs: Hubs;
  readonly nodes: readonly [Place, Place];
  readonly spoke: Program;
  readonly key: string;
}

/** Two nodes, a spoke at the second, and a key that may call it. */
async function start(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const hubs = stack.use(await startHubs(2));
  const [here, there] = hubs.nodes;
  if (here === undefined || there === undefined) throw new Error("unreachable");
  const token = await hubs.spoke("dev1");
  const spoke = stack.use(await spokeAt(there, { name: "dev1", token, hubs }));
  const key = await hubs.key("spokes:call");
  const parts = stack.move();
  return {
    ...{ hubs, spoke, key, nodes: [here, there] },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** A client of a revision with a handshake, at any node: they all know its session. */
function clientAt(place: Place, { key }: World): Speaker {
  return { place, key, headers: { "mcp-session-id": "s1", "mcp-protocol-version": "2025-11-25" } };
}

const WAIT = { name: "call", arguments: { operation: "dev1/test/wait" } };

Deno.test("a call is aborted, down to its spoke, by notifications/cancelled at another node (2025-11-25)", async () => {
  await using world = await start();
  const { nodes: [here, there], spoke } = world;
  const answer = say(clientAt(here, world), { id: 7, method: "tools/call", params: WAIT });
  await until(() => spoke.running() === 1, { what: "the call to run" });
  const method = "notifications/cancelled";
  const foreign = { ...clientAt(there, world), key: await world.hubs.key("spokes:call") };
  strictEqual((await say(foreign, { method, params: { requestId: 7 } })).status, 202);
  strictEqual(
    (await say(clientAt(there, world), { method, params: { requestId: 8 } })).status,
    202,
  );
  deepStrictEqual(spoke.aborted.length, 0);
  strictEqual(
    (await say(clientAt(there, world), { method, params: { requestId: 7 } })).status,
    202,
  );
  deepStrictEqual((await answer).messages, []);
  await until(() => spoke.aborted.length === 1, { what: "the spoke to hear of it" });
});

for (const [revision, connect] of Object.entries(CLIENTS)) {
  Deno.test(`a client hears of the progress that a spoke at another node reports (${revision})`, async () => {
    await using world = await start();
    const { hubs, nodes: [here, there], key } = world;
    const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
    const work = operation({
      name: "long/work",
      input: Type.Object({}),
      handler: async (_input, { progress }) => {
        for (const [at, { promise }] of gates.entries()) {
          progress({ progress: at + 1, total: gates.length, message: `step ${at + 1}` });
          await promise;
        }
        return { done: true };
      },
    });
    const token = await hubs.spoke("dev2");
    await using _spoke = await spokeOf(there.url, "dev2", { key: token, operations: [work] });
    await untilKnown({ place: here, key }, "dev2/long/work");
    await using client = await connect(mcpUrl(here), key);
    const told: { progress: number; total?: number | undefined; message?: string | undefined }[] =
      [];
    // While a busy machine takes its time, seconds are told.
    const steps = () => told.filter(({ message = "" }) => message.startsWith("step"));
    const params = { name: "call", arguments: { operation: "dev2/long/work", input: {} } };
    const answer = client.callTool(params, { onprogress: (report) => void told.push(report) });
    for (const [at, { resolve }] of gates.entries()) {
      await until(() => steps().length > at, { what: `step ${at + 1} to be told` });
      resolve();
    }
    deepStrictEqual((await answer).structuredContent, { done: true });
    deepStrictEqual(steps().map(({ message }) => message), ["step 1", "step 2", "step 3"]);
    const [first, last] = [steps()[0], steps()[2]];
    deepStrictEqual([last?.total, (first?.progress ?? 0) + 2], [first?.total, last?.progress]);
  });
}
