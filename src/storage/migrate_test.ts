import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import pg from "pg";
import { testDatabase } from "../../tests/harness/database.ts";
import { migrate } from "./migrate.ts";
import { migrationState } from "./migration_state.ts";

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
    /has had 2 migrations, this version of the hub knows 1/,
  );
  deepStrictEqual(await migrationState(pool), before);
});
