import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { connectOnce } from "../src/storage/connect_once.ts";
import { startHub } from "../src/start_hub.ts";
import { testDatabase } from "./harness/database.ts";
import { testEnvironment } from "./harness/environment.ts";
import { startTestHub, testConfig } from "./harness/hub.ts";
import { startNatsNode } from "./harness/nats.ts";
import { startProxy } from "./harness/proxy.ts";
import { testRealm } from "./harness/realm.ts";
import { until } from "./harness/until.ts";

async function readiness(url: string) {
  const response = await fetch(`${url}/readyz`);
  return { httpStatus: response.status, ...await response.json() };
}

const READY = {
  httpStatus: 200,
  status: "ready",
  checks: { nats: "ok", postgres: "ok", migrations: "ok" },
};

Deno.test("a started hub is alive and ready", async () => {
  await using hub = await startTestHub();
  strictEqual(await (await fetch(`${hub.url}/healthz`)).text(), "ok");
  deepStrictEqual(await readiness(hub.url), READY);
});

Deno.test("a hub stops answering once it is disposed of, and leaves nothing open", async () => {
  const hub = await startTestHub();
  await hub[Symbol.asyncDispose]();
  await rejects(fetch(`${hub.url}/healthz`), TypeError);
});

Deno.test("several hubs run in one process and know of each other through NATS alone", async () => {
  await using database = await testDatabase();
  const flags = {
    realm: testRealm(),
    nats: { url: testEnvironment().natsUrl },
    postgres: { url: database.url },
    http: { port: 0 },
  };
  await using first = await startHub(await testConfig(flags));
  await using second = await startHub(await testConfig(flags));
  ok(first.nodeId !== second.nodeId);
  for (const { url } of [first, second]) {
    await until(async () => /^hub_nodes 2$/m.test(await (await fetch(`${url}/metrics`)).text()), {
      what: "both nodes to be counted",
    });
  }
});

Deno.test("the metrics have a listener of their own where one is configured", async () => {
  await using hub = await startTestHub({ metrics: { port: 0 } });
  ok(hub.metricsUrl !== undefined && hub.metricsUrl !== hub.url);
  match(await (await fetch(hub.metricsUrl)).text(), /^hub_nats_connected 1$/m);
});

Deno.test("a hub whose NATS goes away is not ready, and is ready again when NATS is back", async () => {
  await using nats = await startNatsNode({ program: testEnvironment().natsServer });
  await using hub = await startTestHub({ nats: { url: nats.url } });
  nats.signal("SIGKILL");
  await until(async () => (await readiness(hub.url)).checks.nats === "failing", {
    what: "the hub to notice",
  });
  strictEqual((await readiness(hub.url)).httpStatus, 503);
  strictEqual(await (await fetch(`${hub.url}/healthz`)).text(), "ok");
  await nats.restart();
  await until(async () => (await readiness(hub.url)).httpStatus === 200, {
    what: "the hub to be ready again",
  });
});

Deno.test("a hub whose Postgres goes away is not ready, and is ready again when it is back", async () => {
  await using database = await testDatabase();
  const url = new URL(database.url);
  await using proxy = startProxy({ port: Number(url.port) });
  url.port = String(proxy.port);
  await using hub = await startTestHub({ postgres: { url: url.href, connectTimeoutMs: 500 } });
  proxy.cut();
  await until(async () => (await readiness(hub.url)).checks.postgres === "failing", {
    what: "the hub to notice",
  });
  proxy.heal();
  await until(async () => (await readiness(hub.url)).httpStatus === 200, {
    what: "the hub to be ready again",
  });
});

Deno.test("a hub migrates the database that it is given", async () => {
  await using database = await testDatabase({ empty: true });
  await using hub = await startTestHub({ postgres: { url: database.url } });
  deepStrictEqual(await readiness(hub.url), READY);
  await using admin = await connectOnce({ url: database.url, connectTimeoutMs: 5_000 });
  strictEqual((await admin.client.query("select * from sessions")).rowCount, 0);
});

Deno.test("a hub on a database that lacks a migration is not ready", async () => {
  await using database = await testDatabase();
  await using hub = await startTestHub({ postgres: { url: database.url } });
  await using admin = await connectOnce({ url: database.url, connectTimeoutMs: 5_000 });
  await admin.client.query("delete from drizzle.__drizzle_migrations");
  const { httpStatus, checks } = await readiness(hub.url);
  strictEqual(httpStatus, 503);
  deepStrictEqual(checks, { ...READY.checks, migrations: "failing" });
});

Deno.test("a hub that is stopping says so on /readyz while it lingers", async () => {
  const hub = await startTestHub({ shutdown: { lingerMs: 500 } });
  const stopped = hub[Symbol.asyncDispose]();
  const { httpStatus, status } = await readiness(hub.url);
  strictEqual(`${httpStatus} ${status}`, "503 draining");
  await stopped;
});

Deno.test("startHub() that fails stops what it had started", async () => {
  const nats = { url: testEnvironment().natsUrl };
  const postgres = { url: "postgres://hub:hunter2@127.0.0.1:1/hub" };
  const config = await testConfig({ realm: testRealm(), nats, postgres, http: { port: 0 } });
  const error = await startHub(config).then(() => undefined, (reason: unknown) => reason);
  ok(error instanceof Error);
  match(error.message, /Cannot use Postgres at hub@127\.0\.0\.1:1\/hub: nothing listens there/);
});

Deno.test("startHub() that is told to give up starts nothing", async () => {
  const dataDir = await Deno.makeTempDir();
  const config = await testConfig({ http: { port: 0 }, dataDir });
  await rejects(startHub(config, { signal: AbortSignal.abort(new Error("given up")) }), /given up/);
  deepStrictEqual(await Array.fromAsync(Deno.readDir(dataDir)), []);
  await Deno.remove(dataDir);
});
