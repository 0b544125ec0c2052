/**
 * Real nats-servers that a test may kill, stop and start again.
 *
 * @module
 */
import { join } from "node:path";
import { freePort } from "../../src/embedded/free_port.ts";
import { leash, type Leashed } from "../../src/embedded/leash.ts";
import { until } from "./until.ts";

/** Every realm of a test run reserves memory for its streams, and uses next to nothing of it. */
const JETSTREAM = "jetstream { max_memory_store: 1TB, max_file_store: 1TB }\n";

/** One nats-server of a test. */
export interface NatsNode extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly name: string;
  /** Sends a signal to the server itself: SIGKILL, SIGSTOP, SIGCONT. */
  signal(signal: Deno.Signal): void;
  /** Ends it without warning, as a crash would, and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and with the same data, once it is gone. */
  restart(): Promise<void>;
}

export interface NatsNodeOptions {
  /** The nats-server program. */
  readonly program: string;
  /** Where it stores its data; removed with it when absent. */
  readonly storeDir?: string;
  readonly port?: number;
  readonly name?: string;
  readonly args?: readonly string[];
  /** Whether it has JetStream; it has unless this says no. */
  readonly jetStream?: boolean;
  /** Further lines of its configuration. */
  readonly config?: string;
}

/** Starts a nats-server on loopback, with JetStream and without access control unless told otherwise. */
export async function startNatsNode(options: NatsNodeOptions): Promise<NatsNode> {
  const { program, port = freePort(), name = "test", args = [], config = "" } = options;
  const ownDir = options.storeDir === undefined ? await Deno.makeTempDir() : undefined;
  const dir = options.storeDir ?? ownDir ?? "";
  const pidFile = join(dir, "nats.pid"), configFile = join(dir, "nats.conf");
  const jetStream = options.jetStream === false ? "" : JETSTREAM;
  await Deno.writeTextFile(configFile, `${jetStream}${config}\n`);
  const start = async () => {
    const server = leash(program, {
      args: [
        ...["--config", configFile, "--addr", "127.0.0.1", "--port", String(port), "--name", name],
        ...["--store_dir", dir, "--pid", pidFile],
        ...args,
      ],
    });
    await until(() => listens(port), { what: `nats-server ${name}: ${server.lastLines()}` });
    return server;
  };
  let server: Leashed = await start();
  const signal = (name: Deno.Signal) => Deno.kill(Number(Deno.readTextFileSync(pidFile)), name);
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    name,
    signal,
    async kill() {
      signal("SIGKILL");
      await server.exited;
    },
    async restart() {
      await server.exited;
      server = await start();
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      if (ownDir !== undefined) await Deno.remove(ownDir, { recursive: true });
    },
  };
}

/** A cluster of nats-servers. */
export interface NatsCluster extends AsyncDisposable {
  readonly nodes: readonly NatsNode[];
  /** All URLs, separated by commas. */
  readonly url: string;
}

/** Starts `size` servers that form one JetStream cluster. */
export async function startNatsCluster(
  { program, size = 3 }: { program: string; size?: number },
): Promise<NatsCluster> {
  await using stack = new AsyncDisposableStack();
  const members = Array.from({ length: size }, (_, at) => ({
    name: `test${at + 1}`,
    routePort: freePort(),
  }));
  const routes = members.map(({ routePort }) => `nats://127.0.0.1:${routePort}`).join(",");
  const nodes = await Promise.all(members.map(async ({ name, routePort }) => {
    const args = [
      ...["--cluster_name", "test", "--cluster", `nats://127.0.0.1:${routePort}`],
      ...["--routes", routes],
    ];
    return stack.use(await startNatsNode({ program, name, args }));
  }));
  const servers = stack.move();
  return {
    nodes,
    url: nodes.map(({ url }) => url).join(","),
    [Symbol.asyncDispose]: () => servers[Symbol.asyncDispose](),
  };
}

export { freePort };

async function listens(port: number): Promise<true> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  // The server greets first: a port alone may be somebody else's.
  const greeting = new Uint8Array(4);
  await connection.read(greeting);
  if (new TextDecoder().decode(greeting) !== "INFO") throw new Error("not a nats-server");
  return true;
}
