/**
 * Finds the database of a hub for a command that is not the hub: given, running, or at rest.
 *
 * @module
 */
import { resolve } from "node:path";
import type { HubConfig } from "../config/mod.ts";
import { runningDatabaseUrl } from "../embedded/running_database.ts";
import { provideServers } from "../provide_servers.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";

/** Opens it; an embedded one that does not run is started for as long. */
export async function openSecretsDatabase(
  config: HubConfig,
): Promise<AsyncDisposable & { readonly database: Database }> {
  await using stack = new AsyncDisposableStack();
  const { poolSize: _poolSize, ...limits } = config.postgres;
  const url = config.postgres.url ?? await runningDatabaseUrl(resolve(config.dataDir)) ??
    await startedUrl(config, stack);
  const { connectTimeoutMs, statementTimeoutMs } = limits;
  const database = stack.use(
    await openDatabase({ url, poolSize: 2, connectTimeoutMs, statementTimeoutMs }),
  );
  await migrate({ url, connectTimeoutMs });
  const parts = stack.move();
  return { database, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

async function startedUrl(config: HubConfig, stack: AsyncDisposableStack): Promise<string> {
  // No NATS is needed, and a given address starts none.
  const nats = { ...config.nats, url: "nats://127.0.0.1:4222" };
  const servers = stack.use(await provideServers({ ...config, nats }));
  return servers.config.postgres.url ?? "";
}
