/**
 * Several hub processes on one NATS: what each learns of the others' fate.
 *
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { testDatabase } from "./harness/database.ts";
import { testEnvironment } from "./harness/environment.ts";
import { type HubProcess, spawnHub } from "./harness/hub.ts";
import { startNatsCluster } from "./harness/nats.ts";
import { startProxy } from "./harness/proxy.ts";
import { testRealm } from "./harness/realm.ts";
import { until } from "./harness/until.ts";

async function nodesSeenBy(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^hub_nodes (\d+)$/m.exec(text)?.[1]);
}

async function status(url: string): Promise<number> {
  const response = await fetch(`${url}/readyz`);
  await response.body?.cancel();
  return response.status;
}

async function untilNodes(url: string, count: number): Promise<void> {
  await until(async () => await nodesSeenBy(url) === count, { what: `${count} nodes at ${url}` });
}

/** Two processes of one hub; the second one reaches NATS through a relay that can be cut. */
async function twoNodes() {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const { natsUrl } = testEnvironment();
  const proxy = stack.use(startProxy({ port: Number(new URL(natsUrl).port) }));
  const shared = { DATABASE_URL: database.url, HUB_REALM: testRealm() };
  const start = (url: string): HubProcess =>
    stack.use(spawnHub({ args: [], env: { ...shared, NATS_URL: url } }));
  const first = start(natsUrl), second = start(`nats://127.0.0.1:${proxy.port}`);
  const urls = [await first.ready, await second.ready] as const;
  await untilNodes(urls[0], 2);
  const parts = stack.move();
  return { first, second, urls, proxy, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

Deno.test("a node that is killed is gone for the others within its time to live", async () => {
  await using nodes = await twoNodes();
  nodes.second.kill("SIGKILL");
  await untilNodes(nodes.urls[0], 1);
});

Deno.test("a node that stops cleanly is gone for the others at once", async () => {
  await using nodes = await twoNodes();
  nodes.second.kill("SIGTERM");
  strictEqual((await nodes.second.exited).code, 0);
  await untilNodes(nodes.urls[0], 1);
});

Deno.test("a node that is stopped and continued is gone, and then there again", async () => {
  await using nodes = await twoNodes();
  nodes.second.kill("SIGSTOP");
  await untilNodes(nodes.urls[0], 1);
  nodes.second.kill("SIGCONT");
  await untilNodes(nodes.urls[0], 2);
  await until(async () => await status(nodes.urls[1]) === 200, { what: "the node to be ready" });
});

Deno.test("a node that is cut off says so, and is there again when the network is", async () => {
  await using nodes = await twoNodes();
  nodes.proxy.cut();
  await untilNodes(nodes.urls[0], 1);
  await until(async () => await status(nodes.urls[1]) === 503, { what: "the node to say so" });
  nodes.proxy.heal();
  await untilNodes(nodes.urls[0], 2);
  await until(async () => await status(nodes.urls[1]) === 200, { what: "the node to be ready" });
});

Deno.test("a network that swallows everything is noticed, too", async () => {
  await using nodes = await twoNodes();
  nodes.proxy.freeze();
  await until(async () => await status(nodes.urls[1]) === 503, { what: "the node to say so" });
  nodes.proxy.heal();
  await until(async () => await status(nodes.urls[1]) === 200, { what: "the node to be ready" });
});

Deno.test("a hub on a cluster of three servers goes on when any one of them is killed", async () => {
  await using cluster = await startNatsCluster({ program: testEnvironment().natsServer });
  await using database = await testDatabase();
  const env = {
    NATS_URL: cluster.url,
    DATABASE_URL: database.url,
    HUB_REALM: testRealm(),
    HUB_NATS_REPLICAS: "3",
  };
  await using hub = spawnHub({ args: [], env });
  const url = await hub.ready;
  for (const server of cluster.nodes) {
    server.signal("SIGKILL");
    await until(async () => await status(url) === 200 && await nodesSeenBy(url) === 1, {
      what: `the hub to be ready without ${server.name}`,
    });
    await server.restart();
  }
  ok(await status(url) === 200);
});
