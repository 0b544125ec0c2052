import type { HubConfig } from "./config/mod.ts";
import { type Database, openDatabase } from "./storage/database.ts";
import { migrate } from "./storage/migrate.ts";

/** Connects to Postgres and brings the database to the schema of this version. */
export async function startDatabase({ postgres }: HubConfig): Promise<Database> {
  const { url = "", poolSize, connectTimeoutMs, statementTimeoutMs } = postgres;
  await using stack = new AsyncDisposableStack();
  const database = stack.use(
    await openDatabase({ url, poolSize, connectTimeoutMs, statementTimeoutMs }),
  );
  await migrate({ url, connectTimeoutMs });
  stack.move();
  return database;
}
