import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { CallError, ImportError } from "@alkdev/operations";
import { type ConnectionStatus, operation } from "@alkdev/operations/spoke";
import { Type } from "@sinclair/typebox";
import { manualClock } from "../../packages/operations/src/_manual_clock.ts";
import { listening } from "../../bridges/websocket/_listening_testing.ts";
import { startRoutingNode } from "../../src/routing/_nodes_testing.ts";
import { freePort } from "../../src/embedded/free_port.ts";
import { testBus } from "../harness/bus.ts";
import { startProxy } from "../harness/proxy.ts";
import { until } from "../harness/until.ts";
import { startNodeProcess } from "./_node_process_testing.ts";
import { clientOf, spokeOf } from "./_spokes_testing.ts";

const portOf = (url: string) => Number(new URL(url).port);
const lossesOf = (told: readonly ConnectionStatus[]) =>
  told.flatMap((status) => status.state === "offline" ? [status] : []);

Deno.test("a spoke whose node was killed is back at the next one, and calls find it there", async () => {
  await using realm = await testBus();
  const port = freePort();
  const killed = await startNodeProcess(realm.bus.realm, port);
  await using spoke = await spokeOf(killed.url, "dev1");
  await using client = clientOf(killed.url);
  await spoke.online();
  killed.signal("SIGKILL");
  await killed[Symbol.asyncDispose]();
  await until(() => lossesOf(spoke.told).length > 0, { what: "the loss to be noticed" });
  await using next = await startRoutingNode({ realm: realm.bus.realm, port });
  await spoke.online({ timeoutMs: 20_000 });
  strictEqual(next.routing.local.size, 1);
  deepStrictEqual(await client.call("/dev1/test/echo", { text: "again" }), {
    ...{ text: "again", for: "ann" },
  });
  deepStrictEqual(spoke.told.at(-1)?.state, "online");
});

Deno.test("a spoke whose node hangs notices, and goes to another", async () => {
  await using other = await startRoutingNode();
  await using hanging = await startNodeProcess(other.realm);
  await using spoke = await spokeOf("", "dev1", {
    ...{ url: [hanging.url, other.url], idleMs: 250 },
  });
  await spoke.online();
  hanging.signal("SIGSTOP");
  try {
    await until(() => lossesOf(spoke.told).length > 0, { what: "the silence to be noticed" });
    strictEqual(lossesOf(spoke.told)[0]?.reason, "the hub is silent");
    await spoke.online();
    strictEqual(other.routing.local.size, 1);
  } finally {
    hanging.signal("SIGCONT");
  }
});

Deno.test("a network that drops everything is noticed, and waited for", async () => {
  await using node = await startRoutingNode();
  await using proxy = startProxy({ port: portOf(node.url) });
  await using spoke = await spokeOf(`ws://127.0.0.1:${proxy.port}/ws`, "dev1", { idleMs: 250 });
  await spoke.online();
  const call = rejects(spoke.call("/services/list", {}, { timeoutMs: 60_000 }), {
    details: { reason: "connection_closed" },
  });
  proxy.freeze();
  await call;
  strictEqual(lossesOf(spoke.told)[0]?.reason, "the hub is silent");
  proxy.heal();
  await spoke.online();
});

Deno.test("a quiet connection is kept: the hub is asked, and answers", async () => {
  await using node = await startRoutingNode();
  const idleMs = 20_000, clock = manualClock();
  let heard = 0;
  class Heard extends WebSocket {
    constructor(url: string, options: WebSocketOptions) {
      super(url, options);
      this.addEventListener("message", ({ data }) => {
        if (String(data).includes("call.responded")) heard += 1;
      });
    }
  }
  await using spoke = await spokeOf(node, "dev1", { idleMs, clock, WebSocket: Heard });
  await spoke.online();
  for (let times = 0; times < 10; times++) {
    const before = heard;
    // Nothing is heard for a while, and then it is asked.
    clock.advance(2 * idleMs);
    await until(() => heard > before, { what: "the answer" });
  }
  deepStrictEqual(spoke.told.map(({ state }) => state), ["connecting", "online"]);
});

Deno.test("two hundred spokes are back within 30 s of their node's restart, whoever else came", async () => {
  await using realm = await testBus();
  const port = freePort();
  const killed = await startNodeProcess(realm.bus.realm, port);
  await using stack = new AsyncDisposableStack();
  const names = Array.from({ length: 200 }, (_, at) => `dev${at}`);
  // With the waits that everybody has.
  const spokes = await Promise.all(names.map(async (name) => {
    const spoke = await spokeOf(killed.url, name, { reconnect: {} });
    stack.defer(() => spoke.close({ drainMs: 0 }));
    return spoke;
  }));
  await Promise.all(spokes.map((spoke) => spoke.online()));
  killed.signal("SIGKILL");
  await killed[Symbol.asyncDispose]();
  const startedAt = performance.now();
  await using node = await startRoutingNode({ realm: realm.bus.realm, port });
  await until(() => spokes.every(({ status }) => status.state === "online"), {
    ...{ what: "all to be online", timeoutMs: 30_000 },
  });
  strictEqual(node.routing.local.size, 200);
  ok(performance.now() - startedAt < 30_000);
  await using client = clientOf(node);
  for (const name of ["dev0", "dev199"]) await client.call(`/${name}/test/echo`, { text: "x" });
  const waits = lossesOf(spokes.flatMap(({ told }) => told)).map(({ retryInMs }) => retryInMs);
  ok(new Set(waits).size > 50, "they do not all wait for the same time");
});

Deno.test("a key that is not known is told, and tried again only after the longest wait", async () => {
  await using hub = listening();
  await using spoke = await spokeOf(hub.url, "dev1", {
    ...{ key: "nobody's", reconnect: { maxMs: 45_000 } },
  });
  await until(() => lossesOf(spoke.told).length > 0, { what: "the refusal" });
  const [refused] = lossesOf(spoke.told);
  strictEqual(refused?.why, "refused");
  strictEqual(refused?.code, 401);
  strictEqual(refused?.retryInMs, 45_000);
});

Deno.test("a spoke that is not admitted any more is told so by 4403, and waits the longest wait", async () => {
  await using hub = listening();
  await using spoke = await spokeOf(hub.url, "dev1", {
    ...{ key: "token-of-dev1", reconnect: { maxMs: 45_000 } },
  });
  await spoke.online();
  hub.change("dev1", () => ({ gone: "identity" }));
  await until(() => lossesOf(spoke.told).length > 0, { what: "the end" });
  const [{ why, code, retryInMs } = {}] = lossesOf(spoke.told);
  deepStrictEqual({ why, code, retryInMs }, { why: "refused", code: 4403, retryInMs: 45_000 });
});

Deno.test("a spoke whose rights have changed is told so by 4401, and is back soon", async () => {
  await using hub = listening();
  await using spoke = await spokeOf(hub.url, "dev1", { key: "token-of-dev1" });
  await spoke.online();
  hub.change("dev1", () => ({ gone: "credential" }));
  await until(() => lossesOf(spoke.told).length > 0, { what: "the end" });
  const [{ why, code } = {}] = lossesOf(spoke.told);
  deepStrictEqual({ why, code }, { why: "lost", code: 4401 });
  await spoke.online({ timeoutMs: 10_000 });
});

Deno.test("a hub that had no time to look at what is offered is tried again soon", async () => {
  let tried = 0;
  const attach = () => {
    if (++tried > 1) return Promise.resolve(() => {});
    const cause = new CallError("TIMEOUT", "no answer in time");
    return Promise.reject(new ImportError("DiscoveryFailed", "Cannot import", { cause }));
  };
  await using hub = listening({ peers: { attach } });
  await using spoke = await spokeOf(hub.url, "dev1", { key: "token-of-dev1" });
  await spoke.online();
  const [{ why, code } = {}] = lossesOf(spoke.told);
  deepStrictEqual({ why, code }, { why: "lost", code: 1013 });
});

Deno.test("a spoke that another connection took the place of stays away for a minute", async () => {
  await using node = await startRoutingNode();
  await using first = await spokeOf(node, "dev1");
  await first.online();
  await using second = await spokeOf(node, "dev1");
  await second.online();
  await until(() => lossesOf(first.told).length > 0, { what: "the first to be replaced" });
  const [{ why, code, retryInMs } = {}] = lossesOf(first.told);
  deepStrictEqual({ why, code, retryInMs }, { why: "replaced", code: 4409, retryInMs: 60_000 });
});

Deno.test("a key that comes from a function is asked for at each connection", async () => {
  await using hub = listening();
  let asked = 0;
  await using spoke = await spokeOf(hub.url, "dev1", {
    key: () => Promise.resolve(++asked === 1 ? "an old one" : "token-of-dev1"),
    reconnect: { maxMs: 20 },
  });
  await spoke.online();
  strictEqual(asked, 2);
});

Deno.test("a spoke that still waits for its key can be closed", async () => {
  await using spoke = await spokeOf("ws://127.0.0.1:9/ws", "dev1", {
    key: () => new Promise<string>(() => {}),
  });
  await spoke.close();
  strictEqual(spoke.status.state, "closed");
});

Deno.test("a source of keys that fails is asked again", async () => {
  await using hub = listening();
  let asked = 0;
  await using spoke = await spokeOf(hub.url, "dev1", {
    key: () => {
      if (++asked === 1) throw new Error("the vault is sealed");
      return "token-of-dev1";
    },
  });
  await spoke.online();
  strictEqual(lossesOf(spoke.told)[0]?.reason, "the vault is sealed");
});

Deno.test("a page's ticket is asked for at each connection", async () => {
  await using hub = listening();
  const tickets = ["twice used", "once"];
  await using client = clientOf(hub.url, {
    ...{ key: undefined, ticket: () => tickets.shift() ?? "", reconnect: { maxMs: 20 } },
  });
  strictEqual(await client.call("/test/whoami"), "ann");
});

Deno.test("a call waits for the connection, within its own time", async () => {
  const port = freePort();
  await using client = clientOf(`ws://127.0.0.1:${port}/ws`);
  await rejects(client.call("/services/list", {}, { timeoutMs: 50 }), {
    ...{ code: "TIMEOUT", retryable: true, details: { reason: "not_connected" } },
  });
  const leaving = new AbortController();
  const left = rejects(client.call("/services/list", {}, { signal: leaving.signal }), {
    code: "ABORTED",
  });
  leaving.abort();
  await left;
  const call = client.call("/services/list");
  await using _node = await startRoutingNode({ port });
  ok(JSON.stringify(await call).includes("services/list-peers"));
});

Deno.test("a subscription with a position goes on where it was, over another node", async () => {
  const count = operation({
    name: "test/count",
    type: "subscription",
    input: Type.Object({ from: Type.Integer() }),
    async *handler({ from }, { signal }) {
      for (let at = from; !signal.aborted; at++) yield at;
    },
  });
  await using home = await startRoutingNode();
  await using spoke = await spokeOf(home, "dev1", { operations: [count] });
  await spoke.online();
  const port = freePort();
  const first = await startRoutingNode({ realm: home.realm, port });
  await until(() => first.routing.index.get("dev1") !== undefined, { what: "the spoke" });
  await using client = clientOf(first);
  const values = client.subscribe("/dev1/test/count", { from: 5 }, {
    resume: (last) => ({ from: Number(last) + 1 }),
  });
  const seen: unknown[] = [];
  const take = async (n: number) => {
    for (let i = 0; i < n; i++) seen.push((await values.next()).value);
  };
  await take(20);
  await first[Symbol.asyncDispose]();
  await using second = await startRoutingNode({ realm: home.realm, port });
  await until(() => second.routing.index.get("dev1") !== undefined, { what: "the spoke again" });
  await take(2_000);
  await values.return?.();
  deepStrictEqual(seen, Array.from({ length: 2_020 }, (_, at) => 5 + at));
  ok(lossesOf(client.told).length > 0, "the connection was lost in between");
});

Deno.test("a subscription without a position fails with its connection", async () => {
  const silent = operation({
    name: "test/silent",
    async *handler(_input, { signal }) {
      yield 1;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
  });
  await using home = await startRoutingNode();
  await using spoke = await spokeOf(home, "dev1", { operations: [silent] });
  await spoke.online();
  const first = await startRoutingNode({ realm: home.realm });
  await until(() => first.routing.index.get("dev1") !== undefined, { what: "the spoke" });
  await using client = clientOf(first);
  const values = client.subscribe("/dev1/test/silent");
  await values.next();
  const next = rejects(values.next(), { details: { reason: "connection_closed" } });
  await first[Symbol.asyncDispose]();
  await next;
});
