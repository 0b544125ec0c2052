/**
 * Brings a database to the schema of this version.
 *
 * @module
 */
import { drizzle } from "drizzle-orm/node-postgres";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { getLogger } from "../logger/mod.ts";
import { connectOnce, type ConnectOnceOptions } from "./connect_once.ts";

const FOLDER = fileURLToPath(new URL("../../migrations", import.meta.url));
/** Any number will do, as long as every hub asks for the same one. */
const LOCK = 4_210_420;
const log = getLogger("postgres");

/** How many migrations a database has had, of those that this version knows. */
export interface MigrationState {
  readonly applied: number;
  readonly known: number;
}

/**
 * Applies the migrations that are missing, each once, however many hubs start together: one holds
 * an advisory lock while the others wait for it.
 *
 * @throws {Error} when the database has been migrated by a newer version of the hub.
 */
export async function migrate(options: ConnectOnceOptions): Promise<MigrationState> {
  // A connection of its own: ending it gives the lock back, and no time limit applies to it.
  await using connection = await connectOnce(options);
  const { client } = connection;
  await client.query("select pg_advisory_lock($1)", [LOCK]);
  const before = await migrationState(client);
  if (before.applied > before.known) throw new Error(newerDatabase(before));
  await applyMigrations(drizzle(client), { migrationsFolder: FOLDER });
  const after = await migrationState(client);
  if (after.applied > before.applied) log.info("database migrated", { before, after });
  return after;
}

/** Reads how far a database has been migrated. */
export async function migrationState(db: pg.Pool | pg.ClientBase): Promise<MigrationState> {
  const known = readMigrationFiles({ migrationsFolder: FOLDER }).length;
  const { rows: [table] } = await db.query<{ there: boolean }>(
    "select to_regclass('drizzle.__drizzle_migrations') is not null as there",
  );
  if (!table?.there) return { applied: 0, known };
  const { rows: [count] } = await db.query<{ applied: number }>(
    "select count(*)::int as applied from drizzle.__drizzle_migrations",
  );
  return { applied: count?.applied ?? 0, known };
}

function newerDatabase({ applied, known }: MigrationState): string {
  return `Cannot use this database: it has had ${applied} migrations, this version of the hub ` +
    `knows ${known}. Start the version that migrated it, or a newer one.`;
}
