/**
 * Puts a hub node together: the only place where its parts are constructed.
 *
 * @module
 */
import type { HubConfig } from "./config/mod.ts";
import { announce } from "./embedded/data_directory.ts";
import { getLogger } from "./logger/mod.ts";
import { createMetrics } from "./metrics/mod.ts";
import { observe } from "./observe.ts";
import { allSettled, type ProvideOptions, provideServers } from "./provide_servers.ts";
import { createApp, exposition } from "./server/app.ts";
import { listen } from "./server/listen.ts";
import { createReadiness, type ReadinessWatch } from "./server/readiness.ts";
import { startBus } from "./start_bus.ts";
import { startDatabase } from "./start_database.ts";
import { VERSION } from "./version.ts";

const READY_TIMEOUT_MS = 2_000;
const log = getLogger("hub");

/** A running node. Disposing of it stops everything that it started, in reverse order. */
export interface Hub extends AsyncDisposable {
  /** Where it answers HTTP. */
  readonly url: string;
  /** Where its metrics can be read without identity; absent unless configured. */
  readonly metricsUrl: string | undefined;
  readonly nodeId: string;
}

/**
 * Starts a hub node and resolves once it is ready. Several may run in one process.
 *
 * @throws {Error} that says what is wrong and what to do; whatever had been started is stopped.
 */
export async function startHub(config: HubConfig, options: ProvideOptions = {}): Promise<Hub> {
  await using stack = new AsyncDisposableStack();
  const nodeId = config.node.id ?? `n${crypto.randomUUID().slice(0, 8)}`;
  await tryPort(config);
  const servers = stack.use(await provideServers(config, options));
  const { bus, membership, database } = await connect(stack, servers.config, { nodeId, options });
  const readiness = createReadiness({
    timeoutMs: READY_TIMEOUT_MS,
    checks: {
      nats: async (signal) => void await bus.ping({ timeoutMs: READY_TIMEOUT_MS, signal }),
      postgres: () => database.check(),
      migrations: () => database.checkMigrations(),
    },
  });
  const metrics = createMetrics();
  observe(metrics, { bus, membership, database });
  const { url, metricsUrl } = openListeners(stack, config, { readiness, metrics });
  if (servers.data) await announce(servers.data, { pid: Deno.pid, url });
  log.info("hub ready", { node: nodeId, url, version: VERSION });
  const parts = stack.move();
  return {
    url,
    metricsUrl,
    nodeId,
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
}

function openListeners(stack: AsyncDisposableStack, config: HubConfig, ports: ListenerPorts) {
  const { http, metrics: { host, port }, shutdown } = config;
  const handler = () => exposition(ports.metrics);
  const metrics = port === undefined
    ? undefined
    : stack.use(listen({ host, port, portFlag: "--metrics-port", handler, drainMs: 0 }));
  const app = createApp({ ...ports, maxBodyBytes: http.maxBodyBytes });
  const main = stack.use(listen({
    host: http.host,
    port: http.port,
    handler: (request, info) => app.fetch(request, info),
    // What comes after the listener needs time, too.
    drainMs: shutdown.deadlineMs * 0.7,
  }));
  return { url: main.url, metricsUrl: metrics?.url };
}
