/**
 * Puts a hub node together: the only place where its parts are constructed.
 *
 * @module
 */
import type { CustomRoute } from "../bridges/custom/mod.ts";
import type { HubConfig } from "./config/mod.ts";
import { withDurability } from "./durability.ts";
import { announce } from "./embedded/data_directory.ts";
import { kindModulePath, loadKinds, ownKinds } from "./kinds.ts";
import { getLogger } from "./logger/mod.ts";
import { createMetrics } from "./metrics/mod.ts";
import { observe } from "./observe.ts";
import { allSettled, type ProvideOptions, provideServers } from "./provide_servers.ts";
import { exportRulesOf } from "./routing/export_rules.ts";
import type { MasterKeys } from "./secrets/master_keys.ts";
import { createApp, exposition } from "./server/app.ts";
import { listen } from "./server/listen.ts";
import { createReadiness, type ReadinessWatch } from "./server/readiness.ts";
import { startActors } from "./start_actors.ts";
import { startBridges, type StartedBridges } from "./start_bridges.ts";
import { startBus } from "./start_bus.ts";
import { startCalls } from "./start_calls.ts";
import { startDatabase } from "./start_database.ts";
import { startIdentity } from "./start_identity.ts";
import { importsNote, startImports } from "./start_imports.ts";
import { startOperations } from "./start_operations.ts";
import { startSecrets } from "./start_secrets.ts";
import { VERSION } from "./version.ts";

const READY_TIMEOUT_MS = 2_000;
const log = getLogger("hub");

/** What starting a node may be told. */
export interface StartHubOptions extends ProvideOptions {
  /** As they were read where the configuration says. */
  readonly masterKeys?: MasterKeys;
  /** Routes of a deployment's own, beside those of the hub. */
  readonly routes?: readonly CustomRoute[];
}

/** A running node. Disposing of it stops everything that it started, in reverse order. */
export interface Hub extends AsyncDisposable {
  /** Where it answers HTTP. */
  readonly url: string;
  /** Where its metrics can be read without identity; absent unless configured. */
  readonly metricsUrl: string | undefined;
  readonly nodeId: string;
  /** The first admin key, if this start has made it: to be shown once and never kept. */
  readonly firstKey: string | undefined;
}

/**
 * Starts a hub node and resolves once it is ready. Several may run in one process.
 *
 * @throws {Error} that says what is wrong and what to do; whatever had been started is stopped.
 */
export async function startHub(asked: HubConfig, options: StartHubOptions = {}): Promise<Hub> {
  await using stack = new AsyncDisposableStack();
  const config = withDurability(asked);
  const nodeId = config.node.id ?? `n${crypto.randomUUID().slice(0, 8)}`;
  await tryPort(config);
  // A module that is wrong is told before anything is fetched or started, too.
  const kinds = await loadKinds(config.kinds);
  const servers = stack.use(await provideServers(config, options));
  const { bus, membership, database } = await connect(stack, servers.config, { nodeId, options });
  const metrics = createMetrics();
  observe(metrics, { bus, membership, database });
  const secrets = stack.use(
    await startSecrets(servers.config, {
      ...{ database, nodeId, masterKeys: options.masterKeys ?? [] },
      ownsDatabase: config.postgres.url === undefined,
    }),
  );
  // Begun early, and waited for by nothing.
  const imports = stack.use(startImports(config, { metrics, secrets: secrets.source }));
  const readiness = createReadiness({
    timeoutMs: READY_TIMEOUT_MS,
    checks: {
      nats: async (signal) => void await bus.ping({ timeoutMs: READY_TIMEOUT_MS, signal }),
      postgres: () => database.check(),
      migrations: () => database.checkMigrations(),
    },
    notes: { imports: () => importsNote(imports) },
  });
  const identity = stack.use(await startIdentity(servers.config, { bus, database, nodeId }));
  const common = { bus, membership, metrics, kinds: [...ownKinds(membership), ...kinds] };
  const { host } = stack.use(await startActors(common));
  const calls = stack.use(await startCalls(config, { bus, membership, metrics, database }));
  const operations = stack.use(
    await startOperations({
      ...{ ...common, host, identity, imports, calls, credentials: secrets.book },
      exports: exportRulesOf(config.exports),
    }),
  );
  const bridges = stack.use(
    await startBridges(config, {
      ...{ bus, membership, host, metrics, operations, imports, identity },
      routes: options.routes,
    }),
  );
  const { url, metricsUrl } = openListeners(stack, config, { readiness, metrics, bridges });
  if (servers.data) {
    await announce(servers.data, {
      ...{ pid: Deno.pid, url },
      // One that was given may have a password in its address.
      natsUrl: config.nats.url === undefined ? servers.config.nats.url : undefined,
      kinds: config.kinds.map((module) => kindModulePath(module, Deno.cwd())),
    });
  }
  const firstKey = await identity.makeFirstKey();
  log.info("hub ready", { node: nodeId, url, version: VERSION });
  const parts = stack.move();
  return {
    url,
    metricsUrl,
    nodeId,
    firstKey,
    async [Symbol.asyncDispose]() {
      log.info("hub stopping", { node: nodeId });
      readiness.drain();
      // Time for load balancers to ask, and to send their requests elsewhere.
      await new Promise((resolve) => setTimeout(resolve, config.shutdown.lingerMs));
      await parts[Symbol.asyncDispose]();
      log.info("hub stopped", { node: nodeId });
    },
  };
}

/** A port that is taken is told before anything is fetched or created. */
async function tryPort({ http: { host, port } }: HubConfig): Promise<void> {
  if (port === 0) return;
  const handler = () => new Response(null, { status: 503 });
  await listen({ host, port, handler, drainMs: 0 })[Symbol.asyncDispose]();
}

interface ConnectOptions {
  readonly nodeId: string;
  readonly options: ProvideOptions;
}

async function connect(
  stack: AsyncDisposableStack,
  config: HubConfig,
  { nodeId, options: { signal } }: ConnectOptions,
) {
  const [{ bus, membership }, database] = await allSettled([
    startBus(config, { nodeId, ...(signal ? { signal } : {}) })
      .then((started) => stack.use(started)),
    startDatabase(config).then((started) => stack.use(started)),
  ]);
  signal?.throwIfAborted();
  return { bus, membership, database };
}

interface ListenerPorts {
  readonly readiness: ReadinessWatch;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly bridges: StartedBridges;
}

function openListeners(stack: AsyncDisposableStack, config: HubConfig, ports: ListenerPorts) {
  const { http, metrics: { host, port }, shutdown } = config;
  const handler = () => exposition(ports.metrics);
  const metrics = port === undefined
    ? undefined
    : stack.use(listen({ host, port, portFlag: "--metrics-port", handler, drainMs: 0 }));
  const app = createApp({ ...ports, ...ports.bridges, maxBodyBytes: http.maxBodyBytes });
  const main = stack.use(listen({
    host: http.host,
    port: http.port,
    handler: (request, info) => app.fetch(request, info),
    // What comes after the listener needs time, too.
    drainMs: shutdown.deadlineMs * 0.7,
  }));
  return { url: main.url, metricsUrl: metrics?.url };
}
