/**
 * How far a database has been migrated.
 *
 * @module
 */
import { readMigrationFiles } from "drizzle-orm/migrator";
import { fileURLToPath } from "node:url";
import type pg from "pg";

/** Folder of the migrations. */
export const MIGRATIONS: string = fileURLToPath(new URL("../../migrations", import.meta.url));

/** How many migrations a database has had, of those that this version knows. */
export interface MigrationState {
  readonly applied: number;
  readonly known: number;
}

/** Of the files, which do not change while a hub runs. */
let known: number | undefined;

/** Reads how far a database has been migrated. */
export async function migrationState(db: pg.Pool | pg.ClientBase): Promise<MigrationState> {
  known ??= readMigrationFiles({ migrationsFolder: MIGRATIONS }).length;
  const { rows: [table] } = await db.query<{ there: boolean }>(
    "select to_regclass('drizzle.__drizzle_migrations') is not null as there",
  );
  if (!table?.there) return { applied: 0, known };
  const { rows: [count] } = await db.query<{ applied: number }>(
    "select count(*)::int as applied from drizzle.__drizzle_migrations",
  );
  return { applied: count?.applied ?? 0, known };
}
