/**
 * Brings a database to the schema of this version.
 *
 * @module
 */
import { readMigrationFiles } from "drizzle-orm/migrator";
import type pg from "pg";
import { getLogger } from "../logger/mod.ts";
import { connectOnce, type ConnectOnceOptions } from "./connect_once.ts";
import { MIGRATIONS, type MigrationState, migrationState } from "./migration_state.ts";

/** Any number will do, as long as every hub asks for the same one. */
const LOCK = 4_210_420;
const log = getLogger("postgres");

/** Which database, and how far it is brought. */
export interface MigrateOptions extends ConnectOnceOptions {
  /** The first so many migrations alone, as an earlier version knew them. Default: all. */
  readonly upTo?: number;
}

/**
 * Applies the migrations that are missing, each once, however many hubs start together: one holds
 * an advisory lock while the others wait for it.
 *
 * @throws {Error} when the database has been migrated by a newer version of the hub.
 */
export async function migrate({ upTo, ...options }: MigrateOptions): Promise<MigrationState> {
  // A connection of its own: ending it gives the lock back, and no time limit applies to it.
  await using connection = await connectOnce(options);
  const { client } = connection;
  await client.query("select pg_advisory_lock($1)", [LOCK]);
  const before = await migrationState(client);
  if (before.applied > before.known) throw new Error(newerDatabase(before));
  await applyMissing(client, upTo);
  const after = await migrationState(client);
  if (after.applied > before.applied) log.info("database migrated", { before, after });
  return after;
}

/** All or none; what was applied is noted as the library notes it, whose own way knows no end but the last. */
async function applyMissing(client: pg.Client, upTo: number | undefined): Promise<void> {
  await client.query("create schema if not exists drizzle");
  await client.query(
    `create table if not exists drizzle.__drizzle_migrations (
       id serial primary key, hash text not null, created_at bigint)`,
  );
  const { rows: [newest] } = await client.query<{ at: string | null }>(
    "select max(created_at) as at from drizzle.__drizzle_migrations",
  );
  const since = Number(newest?.at ?? 0);
  // A failure ends the connection, and so all of it.
  await client.query("begin");
  for (const step of readMigrationFiles({ migrationsFolder: MIGRATIONS }).slice(0, upTo)) {
    if (step.folderMillis <= since) continue;
    for (const statement of step.sql) await client.query(statement);
    await client.query(
      "insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)",
      [step.hash, step.folderMillis],
    );
  }
  await client.query("commit");
}

function newerDatabase({ applied, known }: MigrationState): string {
  return `Cannot use this database: it has had ${applied} migrations, this version of the hub ` +
    `knows ${known}. Start the version that migrated it, or a newer one.`;
}
