/**
 * Processes that are killed, stopped and started again, with calls and streams under way.
 *
 * @module
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { connectClient, type Program, startRoutingNode } from "../../src/routing/_nodes_testing.ts";
import { testEnvironment } from "../harness/environment.ts";
import { startNatsNode } from "../harness/nats.ts";
import { until } from "../harness/until.ts";
import { clientAt, outcome, type Place, spokeAt, untilKnown } from "./_hubs_testing.ts";
import { spawnHubs, type SpawnHubsOptions, startSpokeProcess } from "./_processes_testing.ts";

/** Until a node that was killed is given up: its time to live and what a busy machine adds. */
const FAILOVER_MS = 20_000;

/** What is never answered is a failure, and not the end of all tests. */
const LATE = { timeoutMs: 60_000 };

function pair<T>(items: readonly T[]): [T, T] {
  const [first, second] = items;
  ok(first !== undefined && second !== undefined);
  return [first, second];
}

/** Two processes of a hub, a spoke in this one at the second, and somebody who may call it. */
async function twoProcesses(options: SpawnHubsOptions = {}) {
  await using stack = new AsyncDisposableStack();
  const hubs = stack.use(await spawnHubs(2, options));
  const places = pair(hubs.nodes), processes = pair(hubs.processes);
  const token = await hubs.spoke("dev1"), key = await hubs.key("spokes:call");
  const spoke = stack.use(await spokeAt(places[1], { name: "dev1", token, hubs }));
  const parts = stack.move();
  return {
    ...{ hubs, places, processes, token, key, spoke },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** Resolves with what a call and a stream that are under way come to. */
async function underWay({ session }: Program) {
  const stream = session.subscribe("/dev1/test/fill", { chars: 10 }, LATE);
  await stream.next();
  const call = outcome(session.call("/dev1/test/wait", {}, LATE));
  const rest = outcome((async () => {
    for await (const _value of stream);
  })());
  // Frames keep their order: once this is answered, the call has arrived as well.
  await session.call("/dev1/test/echo", { text: "x" });
  return async () => await Promise.all([call, rest]);
}

for (const where of ["its own node", "another node"] as const) {
  Deno.test(`a spoke that is killed fails its calls and streams through ${where} at once`, async () => {
    await using home = await startRoutingNode();
    await using other = await startRoutingNode({ realm: home.realm });
    const asked = where === "its own node" ? home : other;
    await using spoke = await startSpokeProcess(home, "dev1", "node:dev1");
    await until(() => asked.routing.index.get("dev1"), { what: "dev1 to be known" });
    await using client = await connectClient(asked);
    const ended = await underWay(client);
    const startedAt = performance.now();
    spoke.signal("SIGKILL");
    for (const failure of await ended()) {
      const { code, details } = Object(failure);
      deepStrictEqual([code, Object(details).reason], ["EXECUTION_ERROR", "connection_closed"]);
    }
    ok(performance.now() - startedAt < 10_000);
    await until(() => asked.routing.index.get("dev1") === undefined, { what: "its end" });
    await rejects(client.session.call("/dev1/test/echo", { text: "x" }), {
      code: "OPERATION_NOT_FOUND",
    });
  });
}

Deno.test("a spoke that hangs is given up after the idle time, and its calls fail", async () => {
  await using node = await startRoutingNode({ idleTimeoutS: 1 });
  await using spoke = await startSpokeProcess(node, "dev1", "node:dev1");
  await until(() => node.routing.index.get("dev1"), { what: "dev1 to be known" });
  await using client = await connectClient(node);
  const ended = await underWay(client);
  spoke.signal("SIGSTOP");
  const failures = await ended();
  for (const failure of failures) strictEqual(Object(failure).code, "EXECUTION_ERROR");
  await until(() => node.routing.index.get("dev1") === undefined, { what: "its end" });
  strictEqual(node.routing.local.size, 0);
});

Deno.test("the calls of a node that is killed end at the spokes of the others", async () => {
  await using world = await twoProcesses();
  const { places: [first], processes: [killed], key, spoke } = world;
  await using client = await clientAt(first, key);
  const ended = await underWay(client);
  await until(() => spoke.running() === 1, { what: "the call to run" });
  killed.kill("SIGKILL");
  await ended();
  await until(() => spoke.running() === 0, { what: "the abort", timeoutMs: FAILOVER_MS });
});

Deno.test("calls to a node that is killed fail as to be retried, and find the spoke elsewhere", async () => {
  await using world = await twoProcesses();
  const { places: [first], processes: [, killed], hubs, key, token } = world;
  await using client = await clientAt(first, key);
  const ended = await underWay(client);
  const startedAt = performance.now();
  killed.kill("SIGKILL");
  for (const failure of await ended()) {
    const { code, retryable } = Object(failure);
    deepStrictEqual([code, retryable], ["EXECUTION_ERROR", true]);
  }
  ok(performance.now() - startedAt < FAILOVER_MS);
  // As the SDK does by itself.
  const alone = { ...hubs, nodes: [first] };
  await using _again = await spokeAt(first, { name: "dev1", token, hubs: alone });
  ok(await client.session.call("/dev1/test/echo", { text: "again" }));
});

Deno.test("without NATS, calls to spokes of the same node go on; with it again, all do", async () => {
  await using nats = await startNatsNode({ program: testEnvironment().natsServer });
  await using world = await twoProcesses({ natsUrl: nats.url });
  const { places: [first, second], key } = world;
  await using near = await clientAt(second, key);
  await using far = await clientAt(first, key);
  const ended = await underWay(far);
  await nats.kill();
  for (const failure of await ended()) strictEqual(Object(failure).retryable, true);
  ok(await near.session.call("/dev1/test/echo", { text: "without NATS" }));
  const lost = Object(await outcome(far.session.call("/dev1/test/echo", { text: "x" })));
  ok(["OPERATION_NOT_FOUND", "EXECUTION_ERROR"].includes(lost.code), lost.code);
  await nats.restart();
  const calls = (place: Place) => untilKnown(place, { name: "dev1", token: key });
  await Promise.all([calls(first), calls(second)]);
});
