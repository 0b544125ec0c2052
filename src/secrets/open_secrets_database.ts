/**
 * Finds the database of a hub for a command that is not the hub: given, running, or at rest.
 *
 * @module
 */
import { join, resolve } from "node:path";
import type { HubConfig } from "../config/mod.ts";
import { runningHub } from "../embedded/data_directory.ts";
import { storedSecret } from "../embedded/stored_secret.ts";
import { provideServers } from "../provide_servers.ts";
import { type Database, openDatabase } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";

const NAME = "hub";
/** Line of Postgres's own note on which its port stands. */
const PORT_LINE = 3;

/** Opens it; an embedded one that does not run is started for as long. */
export async function openSecretsDatabase(
  config: HubConfig,
): Promise<AsyncDisposable & { readonly database: Database }> {
  await using stack = new AsyncDisposableStack();
  const { poolSize: _poolSize, ...limits } = config.postgres;
  const url = config.postgres.url ?? await runningUrl(config) ?? await startedUrl(config, stack);
  const { connectTimeoutMs, statementTimeoutMs } = limits;
  const database = stack.use(
    await openDatabase({ url, poolSize: 2, connectTimeoutMs, statementTimeoutMs }),
  );
  await migrate({ url, connectTimeoutMs });
  const parts = stack.move();
  return { database, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

/** Where the embedded Postgres of a running hub is. */
async function runningUrl({ dataDir }: HubConfig): Promise<string | undefined> {
  const path = resolve(dataDir);
  if (await runningHub(path) === undefined) return undefined;
  const note = await Deno.readTextFile(join(path, "postgres", "postmaster.pid"));
  const port = Number(note.split("\n")[PORT_LINE]);
  const password = await storedSecret(join(path, "secrets"), NAME);
  return `postgres://${NAME}:${password}@127.0.0.1:${port}/${NAME}`;
}

async function startedUrl(config: HubConfig, stack: AsyncDisposableStack): Promise<string> {
  // No NATS is needed, and a given address starts none.
  const nats = { ...config.nats, url: "nats://127.0.0.1:4222" };
  const servers = stack.use(await provideServers({ ...config, nats }));
  return servers.config.postgres.url ?? "";
}
