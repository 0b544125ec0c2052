import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { activeKey, actorSubject, deleteRealm, existingStreams, openKeyLister } from "@hub/bus";
import { join } from "node:path";
import { testBus } from "../../tests/harness/bus.ts";
import { testDatabase } from "../../tests/harness/database.ts";
import { openDatabase } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { migrationState } from "../storage/migration_state.ts";
import { createBackup } from "./create_backup.ts";
import { readManifest, writeManifest } from "./manifest.ts";
import { restoreBackup } from "./restore_backup.ts";

const LIMITS = { poolSize: 2, connectTimeoutMs: 5_000, statementTimeoutMs: 10_000 };
/** Migrations that an earlier version had: those before `ownership`. */
const EARLIER = 3;

const actor = { kind: "counter", id: "a" };

/** A backup of an actor and of what an earlier version has written, and an empty database. */
async function openWorld({ isRunning = false } = {}) {
  await using stack = new AsyncDisposableStack();
  const [from, to] = [
    stack.use(await testDatabase({ empty: true })),
    stack.use(await testDatabase({ empty: true })),
  ];
  const { bus } = stack.use(await testBus());
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const directory = join(folder, "backup");
  await migrate({ url: from.url, connectTimeoutMs: 5_000, upTo: EARLIER });
  const old = stack.use(await openDatabase({ ...LIMITS, url: from.url }));
  await old.pool.query(
    `insert into calls (id, trace_id, request_id, operation, status, node, error_code, requested_at)
       values ('a', 't', 'r', 'dev1/fs/read', 'failed', 'n1', 'TIMEOUT', now())`,
  );
  await bus.requests.publish(actorSubject(bus.realm, actor), "[]");
  const common = { bus, isRunning: false, directory };
  await createBackup({ ...common, isRunning, database: old, now: new Date() });
  await deleteRealm(bus.connection, bus.realm);
  const database = stack.use(await openDatabase({ ...LIMITS, url: to.url }));
  const parts = stack.move();
  return {
    restored: {
      ...{ ...common, database, replicas: 1, databaseUrl: to.url, connectTimeoutMs: 5_000 },
    },
    pool: database.pool,
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

Deno.test("a backup of an earlier version is restored, and brought to this one", async () => {
  await using world = await openWorld();
  const { migrations } = await restoreBackup(world.restored);
  strictEqual(migrations, EARLIER);
  const { applied, known } = await migrationState(world.pool);
  deepStrictEqual([applied, known > EARLIER], [known, true]);
  const { rows } = await world.pool.query("select id, error_code from calls");
  deepStrictEqual(rows, [{ id: "a", error_code: "TIMEOUT" }]);
  deepStrictEqual((await world.pool.query("select 1 from ownership")).rows, []);
});

Deno.test("where a later migration fails all else is restored, and the next start tries it again", async () => {
  await using world = await openWorld();
  const { pool, restored: { bus, databaseUrl: url } } = world;
  await pool.query("create table ownership ()");
  await rejects(restoreBackup(world.restored), /ownership/);
  strictEqual((await pool.query("select 1 from calls")).rowCount, 1);
  const { streams } = await readManifest(world.restored.directory);
  strictEqual((await existingStreams(bus)).length, streams.length);
  await pool.query("drop table ownership");
  const { applied, known } = await migrate({ url, connectTimeoutMs: 5_000 });
  strictEqual(applied, known);
});

Deno.test("a backup of a version to come is refused, and nothing is done", async () => {
  await using world = await openWorld();
  const { directory } = world.restored, manifest = await readManifest(directory);
  const { known } = await migrationState(world.pool);
  await Deno.remove(join(directory, "manifest.json"));
  await writeManifest(directory, { ...manifest, migrations: known + 1 });
  await rejects(restoreBackup(world.restored), /made by a newer version of the hub/);
  strictEqual((await migrationState(world.pool)).applied, 0);
});

Deno.test("a backup of an earlier version is not put into a database of this one", async () => {
  await using world = await openWorld();
  await migrate({ url: world.restored.databaseUrl, connectTimeoutMs: 5_000 });
  await rejects(restoreBackup(world.restored), /has had \d+ migrations, the backup's had 3/);
  deepStrictEqual((await world.pool.query("select 1 from calls")).rows, []);
});

for (const isRunning of [true, false]) {
  const when = isRunning ? "looked at where nodes ran meanwhile" : "left alone where none ran";
  Deno.test(`actors of a backup, which may wait for what is not in it, are ${when}`, async () => {
    await using world = await openWorld({ isRunning });
    await restoreBackup(world.restored);
    const keys = await Array.fromAsync(openKeyLister(world.restored.bus, "WAITING").keys());
    deepStrictEqual(keys, isRunning ? [activeKey(actor)] : []);
  });
}
