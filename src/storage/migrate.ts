/**
 * Brings a database to the schema of this version.
 *
 * @module
 */
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import { getLogger } from "../logger/mod.ts";
import { connectOnce, type ConnectOnceOptions } from "./connect_once.ts";
import { MIGRATIONS, type MigrationState, migrationState } from "./migration_state.ts";

/** Any number will do, as long as every hub asks for the same one. */
const LOCK = 4_210_420;
const log = getLogger("postgres");

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
  await applyMigrations(drizzle(client), { migrationsFolder: MIGRATIONS });
  const after = await migrationState(client);
  if (after.applied > before.applied) log.info("database migrated", { before, after });
  return after;
}

function newerDatabase({ applied, known }: MigrationState): string {
  return `Cannot use this database: it has had ${applied} migrations, this version of the hub ` +
    `knows ${known}. Start the version that migrated it, or a newer one.`;
}
