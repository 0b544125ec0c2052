/**
 * A hub that has lost everything but a backup and its keys goes on as if nothing had happened.
 *
 * @module
 */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { deleteRealm } from "@hub/bus";
import { join } from "node:path";
import pg from "pg";
import { createBackup } from "../src/backup/create_backup.ts";
import { type OpenedServers, openServers } from "../src/backup/open_servers.ts";
import { restoreBackup } from "../src/backup/restore_backup.ts";
import { readManifest } from "../src/backup/manifest.ts";
import { newMasterKey, parseMasterKey } from "../src/crypto/mod.ts";
import { fileURLToPath } from "node:url";
import { startHub } from "../src/start_hub.ts";
import { startSecrets } from "../src/start_secrets.ts";
import { openDatabase } from "../src/storage/database.ts";
import { dumpPostgres } from "./harness/all_that_is_stored.ts";
import { testBus } from "./harness/bus.ts";
import { testDatabase } from "./harness/database.ts";
import { testEnvironment } from "./harness/environment.ts";
import { testConfig } from "./harness/hub.ts";
import { until } from "./harness/until.ts";

const KINDS = ["../examples/counter.ts", "./_actor_kinds.ts"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url))
);
const HASH_KEY = "a hash key of more than 32 characters";
const MASTER_KEY = newMasterKey();

/** A place for a hub: a realm, an empty database, and a folder for backups. */
async function testPlace() {
  await using stack = new AsyncDisposableStack();
  const first = stack.use(await testDatabase({ empty: true }));
  const second = stack.use(await testDatabase({ empty: true }));
  const { bus } = stack.use(await testBus());
  const directory = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(directory, { recursive: true }));
  const configOf = async (url: string) =>
    await testConfig({
      ...{ realm: bus.realm, kinds: KINDS, http: { port: 0 } },
      ...{ nats: { url: testEnvironment().natsUrl }, postgres: { url } },
      auth: { hashKey: HASH_KEY },
    });
  const start = async (url: string) =>
    await startHub(await configOf(url), { masterKeys: [parseMasterKey(MASTER_KEY)] });
  const parts = stack.move();
  return {
    ...{ first: first.url, second: second.url, bus, configOf, start },
    directory: join(directory, "backup"),
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

function caller(url: string, key: string | undefined) {
  return async (operation: string, input: object) => {
    const response = await fetch(`${url}/call`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ operation, input }),
    });
    const answer = await response.json();
    strictEqual(response.status, 200, JSON.stringify(answer));
    return answer.output;
  };
}

const DOZER = { kind: "tally", id: "dozer" };
const bearer = (token: string) => ({ kind: "bearer", token });
const ask = (type: string, n: number) => ({ kind: "counter", id: "apples", event: { type, n } });

async function backUp(servers: OpenedServers, directory: string) {
  return await createBackup({ ...servers, directory, now: new Date() });
}

Deno.test("a backup of a stopped hub, restored where nothing is, is that hub again", async () => {
  await using place = await testPlace();
  let firstKey: string | undefined, before: Record<string, unknown> = {};
  {
    await using hub = await place.start(place.first);
    firstKey = hub.firstKey;
    const call = caller(hub.url, firstKey);
    await call("/hub/credentials/set", { provider: "mail", credential: bearer("hunter2") });
    await call("/hub/keys/create", { name: "caf\u00e9 \u{1f511}", scopes: ["tasks:read"] });
    await call("/hub/peers/create", { peerId: "dev1", role: "node", resources: { box: ["open"] } });
    for (let n = 1; n <= 5; n++) await call("/hub/actors/ask", ask("ADD", n));
    await call("/hub/actors/send", { ...DOZER, event: { type: "DOZE" } });
    before = {
      keys: await call("/hub/keys/list", {}),
      actor: await call("/hub/actors/get", { kind: "counter", id: "apples" }),
    };
  }
  {
    await using servers = await openServers(await place.configOf(place.first));
    const { atRest, streams } = await backUp(servers, place.directory);
    strictEqual(atRest, true);
    const messages = Object.fromEntries(streams.map((it) => [it.purpose, it.state.messages]));
    ok(Number(messages.EVENTS) >= 6 && Number(messages.TIMERS) >= 1, Deno.inspect(messages));
    await rejects(backUp(servers, place.directory), Deno.errors.AlreadyExists);
    strictEqual((await readManifest(place.directory)).format, 1, "the first one is left alone");
  }
  const stored = await dumpPostgres(place.first);
  await deleteRealm(place.bus.connection, place.bus.realm);
  {
    await using servers = await openServers(await place.configOf(place.second));
    const restored = { ...servers, directory: place.directory, connectTimeoutMs: 5_000 };
    await restoreBackup(restored);
    await rejects(restoreBackup(restored), /NATS holds streams of this hub already/);
  }
  const { "table drizzle.__drizzle_migrations": _, ...rows } = stored;
  const { "table drizzle.__drizzle_migrations": __, ...rowsNow } = await dumpPostgres(place.second);
  deepStrictEqual(sorted(rowsNow), sorted(rows), "row by row");
  await using hub = await place.start(place.second);
  strictEqual(hub.firstKey, undefined, "it is no new hub");
  const call = caller(hub.url, firstKey);
  const { keys: { keys: [newest, admin] } } = Object(before);
  const { keys: [newestNow, adminNow] } = await call("/hub/keys/list", {});
  deepStrictEqual(newestNow, newest);
  strictEqual(adminNow.prefix, admin.prefix);
  const actor = await call("/hub/actors/get", { kind: "counter", id: "apples" });
  // Which node has it now is another matter.
  deepStrictEqual({ ...actor, owner: "" }, { ...Object(before.actor), owner: "" });
  // The log goes on behind its last event, and so do numbers that Postgres gives.
  await call("/hub/actors/ask", ask("ADD", 7));
  const { rows: audit } = await call("/hub/audit/list", { limit: 1000 });
  strictEqual(new Set(audit.map(({ id }: { id: number }) => id)).size, audit.length);
  await call("/hub/credentials/set", { provider: "bank", credential: bearer("other") });
  // A timer that was set before goes off, late rather than never.
  await until(async () => (await call("/hub/actors/get", DOZER)).value === "open", {
    what: "the timer",
  });
  strictEqual(await secretOf(place.second), "hunter2", "what was encrypted opens");
});

function sorted(places: Awaited<ReturnType<typeof dumpPostgres>>): [string, string][] {
  return Object.entries(places).map(([name, text]): [string, string] => [
    name,
    String(text).split("\n").toSorted().join("\n"),
  ]).toSorted();
}

/** What the credential of `mail` is, read as a node reads it. */
async function secretOf(url: string): Promise<string | undefined> {
  const limits = { poolSize: 2, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000 };
  await using database = await openDatabase({ url, ...limits });
  await using secrets = await startSecrets(await testConfig({ postgres: { url } }), {
    ...{ database, nodeId: "t", ownsDatabase: false },
    masterKeys: [parseMasterKey(MASTER_KEY)],
  });
  return secrets.source?.capabilities(["mail"]).get("mail");
}

Deno.test("a backup that was damaged or is half is refused before anything is done", async () => {
  await using place = await testPlace();
  {
    await using _hub = await place.start(place.first);
    await using servers = await openServers(await place.configOf(place.first));
    strictEqual(servers.isRunning, true);
    const { atRest } = await backUp(servers, place.directory);
    strictEqual(atRest, false);
    const restored = { ...servers, directory: place.directory, connectTimeoutMs: 5_000 };
    await rejects(restoreBackup(restored), /a node of this hub runs/);
  }
  await deleteRealm(place.bus.connection, place.bus.realm);
  await using servers = await openServers(await place.configOf(place.second));
  const restored = { ...servers, directory: place.directory, connectTimeoutMs: 5_000 };
  const file = join(place.directory, "postgres", "roles.jsonl");
  const whole = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, whole.replace("admin", "admim"));
  await rejects(restoreBackup(restored), /is not what it was as it was made/);
  await Deno.writeTextFile(file, whole);
  const manifest = join(place.directory, "manifest.json");
  const text = await Deno.readTextFile(manifest);
  await Deno.writeTextFile(manifest, text.replace(`"realm": "`, `"realm": "x`));
  await rejects(restoreBackup(restored), /the backup is of the realm x/);
  await Deno.remove(manifest);
  await rejects(restoreBackup(restored), /There is no whole backup/);
  const client = new pg.Client({ connectionString: place.second });
  await client.connect();
  const { rows } = await client.query("select to_regclass('public.roles') is null as untouched");
  await client.end();
  deepStrictEqual(rows, [{ untouched: true }]);
  match(text, /"format": 1/);
});

Deno.test("a database that holds anything is not filled, and stays as it was", async () => {
  await using place = await testPlace();
  {
    await using _hub = await place.start(place.first);
  }
  await using servers = await openServers(await place.configOf(place.first));
  await backUp(servers, place.directory);
  await deleteRealm(place.bus.connection, place.bus.realm);
  const before = await dumpPostgres(place.first);
  const restored = { ...servers, directory: place.directory, connectTimeoutMs: 5_000 };
  await rejects(restoreBackup(restored), /its table \w+ holds rows/);
  deepStrictEqual(await dumpPostgres(place.first), before);
});
