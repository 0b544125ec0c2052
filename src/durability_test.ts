/**
 * The setting `durability` with real servers: what it asks of them, and what it refuses.
 *
 * @module
 */
import { match, strictEqual, throws } from "node:assert/strict";
import { join } from "node:path";
import { openBus, replicationOf } from "@hub/bus";
import { testDatabase } from "../tests/harness/database.ts";
import { testEnvironment } from "../tests/harness/environment.ts";
import { runHub, spawnHub, startTestHub, testConfig } from "../tests/harness/hub.ts";
import { freePort, startNatsCluster, startNatsNode } from "../tests/harness/nats.ts";
import { fromFileUrl } from "../tests/harness/paths.ts";
import { processesWith } from "../tests/harness/process.ts";
import { testRealm } from "../tests/harness/realm.ts";
import { until } from "../tests/harness/until.ts";
import { withDurability } from "./durability.ts";
import { leash } from "./embedded/leash.ts";
import type { NatsSync } from "./embedded/nats_process.ts";

const program = () => testEnvironment().natsServer;

Deno.test("withDurability() asks a given cluster for three copies, and leaves more as they are", async () => {
  const nats = { url: "nats://a" };
  const replicas = async (flags: Parameters<typeof testConfig>[0]) =>
    withDurability(await testConfig(flags)).nats.replicas;
  strictEqual(await replicas({ nats }), 1);
  strictEqual(await replicas({ nats, durability: "replicated" }), 3);
  strictEqual(await replicas({ nats, durability: "synced" }), 3);
  strictEqual(await replicas({ nats: { ...nats, replicas: 5 }, durability: "replicated" }), 5);
});

Deno.test("withDurability() refuses copies of the one embedded server, which may sync", async () => {
  const config = await testConfig({ durability: "replicated" });
  throws(() => withDurability(config), /the embedded NATS is one server.*NATS_URL/);
  strictEqual(withDurability(await testConfig({ durability: "synced" })).nats.replicas, 1);
});

Deno.test("hub start refuses copies of its own server before it starts anything", async () => {
  const dir = await Deno.makeTempDir();
  const { code, stderr } = await runHub({
    args: ["start", "--durability", "replicated"],
    env: { HUB_DATA_DIR: join(dir, "data"), HUB_HTTP_PORT: "0" },
  });
  await Deno.remove(dir, { recursive: true });
  strictEqual(code, 1);
  match(stderr, /the embedded NATS is one server/);
});

for (const durability of ["replicated", "synced"]) {
  Deno.test(`a hub that has to be ${durability} does not start with a single given server`, async () => {
    await using database = await testDatabase();
    await using node = await startNatsNode({ program: program() });
    const env = { HUB_REALM: testRealm(), NATS_URL: node.url, DATABASE_URL: database.url };
    const { code, stderr } = await runHub({
      args: ["start"],
      env: { ...env, HUB_DURABILITY: durability, HUB_HTTP_PORT: "0" },
    });
    strictEqual(code, 1);
    match(stderr, new RegExp(`3 replicas need as many servers.*durability "${durability}"`));
  });
}

Deno.test("a hub that has to be replicated keeps three copies in a cluster, also of what was there", async () => {
  await using cluster = await startNatsCluster({ program: program() });
  const realm = testRealm(), nats = { url: cluster.url };
  await using bus = await openBus({ servers: cluster.url, name: "test", realm });
  strictEqual(await replicationOf(bus), undefined);
  {
    await using _fast = await startTestHub({ realm, nats });
    strictEqual((await replicationOf(bus))?.replicas, 1);
  }
  await using _replicated = await startTestHub({ realm, nats, durability: "replicated" });
  await until(async () => (await replicationOf(bus))?.inStep === 3, { what: "three copies" });
});

/** Whether a nats-server with the project's nats.conf syncs each write, as it says itself. */
async function syncs(sync: NatsSync): Promise<boolean> {
  const dir = await Deno.makeTempDir();
  const port = freePort(), monitor = freePort();
  const server = leash(program(), {
    args: [
      ...["--config", fromFileUrl("../../nats.conf"), "--port", String(port)],
      ...["--http_port", String(monitor), "--store_dir", dir],
    ],
    env: {
      HUB_NATS_SERVER_NAME: "test",
      HUB_NATS_USER: "hub",
      HUB_NATS_PASSWORD: "secret",
      HUB_NATS_SYNC: `"${sync}"`,
    },
  });
  try {
    const page = await until(
      async () => await (await fetch(`http://127.0.0.1:${monitor}/varz`)).json(),
      { what: "the server's monitoring" },
    );
    strictEqual(page.jetstream.config.sync_interval, 120_000_000_000);
    return page.jetstream.config.sync_always === true;
  } finally {
    await server[Symbol.asyncDispose]();
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("a server with nats.conf syncs each write when it is told to, and else every two minutes", async () => {
  strictEqual(await syncs("always"), true);
  strictEqual(await syncs("2m"), false);
});

/** What its hub has told the embedded server, as the kernel has it. */
async function toldBy(env: Readonly<Record<string, string>>): Promise<string | undefined> {
  await using stack = new AsyncDisposableStack();
  const dir = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(dir, { recursive: true }));
  const database = stack.use(await testDatabase());
  const dataDir = join(dir, "data");
  const hub = spawnHub({
    args: [],
    env: { HUB_DATA_DIR: dataDir, HUB_NATS_SERVER: program(), DATABASE_URL: database.url, ...env },
  });
  await hub.ready;
  const pids = await processesWith(join(dataDir, "nats"));
  const environments = await Promise.all(
    pids.map((pid) => Deno.readTextFile(`/proc/${pid}/environ`)),
  );
  hub.kill("SIGTERM");
  await hub.exited;
  return /(?:^|\0)HUB_NATS_SYNC=([^\0]*)/.exec(environments.join("\0"))?.[1];
}

Deno.test("a hub that has to be synced tells its own server to sync each write, and no other does", async () => {
  strictEqual(await toldBy({ HUB_DURABILITY: "synced" }), '"always"');
  strictEqual(await toldBy({}), '"2m"');
});
