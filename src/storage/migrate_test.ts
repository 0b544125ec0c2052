import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import { join } from "node:path";
import pg from "pg";
import { testDatabase } from "../../tests/harness/database.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS, migrationState } from "./migration_state.ts";

function poolFor(url: string): pg.Pool & AsyncDisposable {
  const pool = new pg.Pool({ connectionString: url });
  // Its connections may still be closing when the database is dropped under them.
  pool.on("error", () => {});
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() });
}

Deno.test("migrate() brings an empty database to the newest schema", async () => {
  await using database = await testDatabase({ empty: true });
  await using pool = poolFor(database.url);
  strictEqual((await migrationState(pool)).applied, 0);
  const { applied, known } = await migrate({ url: database.url, connectTimeoutMs: 5_000 });
  strictEqual(applied, known);
  await pool.query("select name, stream, position, updated_at from projections");
});

Deno.test("ten hubs that start together apply each migration once", async () => {
  await using database = await testDatabase({ empty: true });
  const states = await Promise.all(
    Array.from({ length: 10 }, () => migrate({ url: database.url, connectTimeoutMs: 5_000 })),
  );
  deepStrictEqual(new Set(states.map(({ applied }) => applied)), new Set([states[0]?.known]));
});

Deno.test("migrate() changes nothing the second time", async () => {
  await using database = await testDatabase();
  await using pool = poolFor(database.url);
  const before = await migrationState(pool);
  deepStrictEqual(await migrate({ url: database.url, connectTimeoutMs: 5_000 }), before);
});

Deno.test("migrate() refuses a database that a newer hub has migrated, and changes nothing", async () => {
  await using database = await testDatabase();
  await using pool = poolFor(database.url);
  await pool.query(
    "insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 9e12)",
  );
  const before = await migrationState(pool);
  await rejects(
    migrate({ url: database.url, connectTimeoutMs: 5_000 }),
    /has had \d+ migrations, this version of the hub knows \d+/,
  );
  deepStrictEqual(await migrationState(pool), before);
});

/** What a database of each earlier release may hold, by its last migration. */
const EARLIER: readonly (readonly [migration: string, data: string, kept: string])[] = [
  [
    "0000_projections",
    "insert into projections (name, stream, position) values ('calls', 'CALLS', 42)",
    "select 1 from projections where name = 'calls' and stream = 'CALLS' and position = 42",
  ],
];

for (const [migration, data, kept] of EARLIER) {
  Deno.test(`migrate() keeps what a database at ${migration} holds`, async () => {
    await using database = await testDatabase({ empty: true });
    await using pool = poolFor(database.url);
    await migrateTo(migration, pool);
    await pool.query(data);
    await migrate({ url: database.url, connectTimeoutMs: 5_000 });
    strictEqual((await pool.query(kept)).rowCount, 1);
    const { applied, known } = await migrationState(pool);
    strictEqual(applied, known);
  });
}

/** Applies the migrations up to that one, as the release that ended with it did. */
async function migrateTo(last: string, pool: pg.Pool): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join("meta", "_journal.json");
    const journal = JSON.parse(await Deno.readTextFile(join(MIGRATIONS, path)));
    const end = journal.entries.findIndex(({ tag }: { tag: string }) => tag === last) + 1;
    const entries: { tag: string }[] = journal.entries.slice(0, end);
    await Deno.mkdir(join(folder, "meta"));
    await Deno.writeTextFile(join(folder, path), JSON.stringify({ ...journal, entries }));
    for (const { tag } of entries) {
      await Deno.copyFile(join(MIGRATIONS, `${tag}.sql`), join(folder, `${tag}.sql`));
    }
    await applyMigrations(drizzle(pool), { migrationsFolder: folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
