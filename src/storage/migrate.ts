/**
 * Brings a database to the schema of this version.
 *
 * @module
 */
import { drizzle } from "drizzle-orm/node-postgres";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import { getLogger } from "../logger/mod.ts";

const FOLDER = new URL("../../migrations", import.meta.url).pathname;
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
export async function migrate(url: string): Promise<MigrationState> {
  // A connection of its own: ending it gives the lock back, and no time limit applies to it.
  const client = new pg.Client({ connectionString: url, application_name: "hub migrate" });
  // What breaks the connection rejects the query under way, too; unheard it would end the process.
  client.on(
    "error",
    (error) => log.warn("lost the migrating connection", { error: error.message }),
  );
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [LOCK]);
    const before = await migrationState(client);
    if (before.applied > before.known) throw new Error(newerDatabase(before));
    await applyMigrations(drizzle(client), { migrationsFolder: FOLDER });
    const after = await migrationState(client);
    if (after.applied > before.applied) log.info("database migrated", { before, after });
    return after;
  } finally {
    await client.end();
  }
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
