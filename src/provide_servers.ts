/**
 * Starts the servers that the configuration leaves to the hub.
 *
 * @module
 */
import { resolve } from "node:path";
import type { HubConfig } from "./config/mod.ts";
import { embeddedSync } from "./durability.ts";
import { type DataDirectory, openDataDirectory } from "./embedded/data_directory.ts";
import { findNatsServer } from "./embedded/nats_binary.ts";
import { type NatsSync, startNatsServer } from "./embedded/nats_process.ts";
import { storedSecret } from "./embedded/stored_secret.ts";
import { startPostgres } from "./embedded/postgres_process.ts";
import { createDatabase } from "./storage/create_database.ts";

const DATABASE = "hub";
const CONNECT_MS = 10_000;

export interface ProvideOptions {
  /** Gives up starting. */
  readonly signal?: AbortSignal;
  /** Told what a waiting person should know about. */
  readonly onStep?: (step: string) => void;
}

/** Servers that run for as long as this is not disposed of. */
export interface ProvidedServers extends AsyncDisposable {
  /** The configuration with the address of every server in it. */
  readonly config: HubConfig;
  /** Where the servers keep their data; absent when all of them were given. */
  readonly data: DataDirectory | undefined;
}

/**
 * Starts a NATS server and a Postgres unless the configuration names them.
 *
 * @throws {Error} that says what is wrong; whatever had been started is stopped.
 */
export async function provideServers(
  config: HubConfig,
  options: ProvideOptions = {},
): Promise<ProvidedServers> {
  const { nats, postgres } = config;
  options.signal?.throwIfAborted();
  if (nats.url !== undefined && postgres.url !== undefined) {
    return { config, data: undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  await using stack = new AsyncDisposableStack();
  const data = stack.use(await openDataDirectory(resolve(config.dataDir)));
  const context = { ...options, stack, data, sync: embeddedSync(config) };
  const [natsAddress, postgresAddress] = await allSettled([
    nats.url === undefined ? provideNats(nats.server, context) : nats,
    postgres.url === undefined ? providePostgres(context) : postgres,
  ]);
  options.signal?.throwIfAborted();
  const servers = stack.move();
  return {
    config: {
      ...config,
      nats: { ...nats, ...natsAddress },
      postgres: { ...postgres, ...postgresAddress },
    },
    data,
    [Symbol.asyncDispose]: () => servers[Symbol.asyncDispose](),
  };
}

interface Context extends ProvideOptions {
  readonly stack: AsyncDisposableStack;
  readonly data: DataDirectory;
  readonly sync: NatsSync;
}

async function provideNats(
  configured: string | undefined,
  { stack, data, sync, ...options }: Context,
): Promise<Partial<HubConfig["nats"]>> {
  const { path } = await findNatsServer({ ...options, cache: data.cache, configured });
  const { url, user, password } = stack.use(
    await startNatsServer({ ...options, data, sync, program: path }),
  );
  return { url, user, password };
}

async function providePostgres(
  { stack, data, ...options }: Context,
): Promise<Partial<HubConfig["postgres"]>> {
  const { url: adminUrl } = stack.use(await startPostgres({ ...options, data }));
  const password = await storedSecret(data.secrets, DATABASE);
  const name = DATABASE;
  return { url: await createDatabase({ adminUrl, name, password, connectTimeoutMs: CONNECT_MS }) };
}

/** Like `Promise.all`, but nothing is still under way when it rejects. */
export async function allSettled<A, B>(
  promises: readonly [A | Promise<A>, B | Promise<B>],
): Promise<[A, B]> {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}
