/**
 * The NATS and the Postgres of a hub that is not this process: given, running, or at rest.
 *
 * @module
 */
import { type Bus, BusError, encodeText, hubCallsSubject, openBus } from "@hub/bus";
import { resolve } from "node:path";
import type { HubConfig } from "../config/mod.ts";
import { runningNats } from "../embedded/running_nats.ts";
import { runningDatabaseUrl } from "../embedded/running_database.ts";
import { provideServers } from "../provide_servers.ts";
import { busOptions } from "../start_bus.ts";
import { type Database, openDatabase } from "../storage/database.ts";

const NAME = "hub backup";
const ASK_MS = 2_000;

/** Both of them, until disposed of. */
export interface OpenedServers extends AsyncDisposable {
  readonly bus: Bus;
  readonly database: Database;
  /** Whether a node of this hub is there. */
  readonly isRunning: boolean;
  /** How many copies of each stream there are to be. */
  readonly replicas: number;
  readonly databaseUrl: string;
}

/** Opens both; embedded ones that do not run are started for as long. */
export async function openServers(config: HubConfig): Promise<OpenedServers> {
  await using stack = new AsyncDisposableStack();
  const running = await runningServers(config);
  const found = running ?? stack.use(await provideServers(config)).config;
  const { connectTimeoutMs, url = "" } = found.postgres;
  const [bus, database] = [
    stack.use(await openBus({ ...await busOptions(found), name: NAME })),
    // A table may take long to be read or filled.
    stack.use(
      await openDatabase({ url, poolSize: 2, connectTimeoutMs, statementTimeoutMs: 0 }),
    ),
  ];
  const isRunning = await isAnybodyThere(bus);
  const parts = stack.move();
  return {
    ...{ bus, database, isRunning },
    replicas: config.nats.replicas,
    databaseUrl: url,
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** The configuration with the addresses of servers that a running hub has started. */
async function runningServers(config: HubConfig): Promise<HubConfig | undefined> {
  const dataDir = resolve(config.dataDir);
  const postgresUrl = await runningDatabaseUrl(dataDir);
  const nats = await runningNats(dataDir);
  if (postgresUrl === undefined && nats === undefined) return undefined;
  const { url, user, password } = config.nats.url === undefined ? nats ?? config.nats : config.nats;
  return {
    ...config,
    nats: {
      ...config.nats,
      ...(url === undefined ? {} : { url }),
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
    },
    postgres: { ...config.postgres, url: config.postgres.url ?? postgresUrl ?? "" },
  };
}

async function isAnybodyThere({ requests, realm }: Bus): Promise<boolean> {
  try {
    // No call at all, which every node answers by saying so.
    await requests.request(hubCallsSubject(realm), encodeText("{}"), { timeoutMs: ASK_MS });
    return true;
  } catch (error) {
    if (error instanceof BusError && error.code === "NO_RESPONDERS") return false;
    if (error instanceof BusError && error.code === "TIMEOUT") return true;
    throw error;
  }
}
