/**
 * What the tests of the bus share: a realm of their own, and servers that may be killed.
 *
 * @module
 */
import { type Bus, openBus, type OpenBusOptions } from "./connect.ts";
import { deleteRealm, ensureStreams } from "./streams.ts";

/** Address of the server that all tests share. */
export function sharedServer(): string {
  const url = Deno.env.get("HUB_TEST_NATS_URL");
  if (url === undefined) {
    throw new Error("HUB_TEST_NATS_URL is not set: run the tests through `deno task test`");
  }
  return url;
}

/** A realm that no other test has. */
export function randomRealm(): string {
  return `test-${crypto.randomUUID().slice(0, 13)}`;
}

/** A bus on the shared server in a realm of its own; disposing deletes the realm. */
export async function openTestBus(
  options: Partial<OpenBusOptions> & { readonly streams?: boolean } = {},
): Promise<Bus> {
  const { streams = false, ...rest } = options;
  const realm = options.realm ?? randomRealm();
  const bus = await openBus({ servers: sharedServer(), name: "test", realm, ...rest });
  try {
    if (streams) await ensureStreams(bus.connection, { realm });
  } catch (error) {
    await deleteRealm(bus.connection, realm);
    await bus[Symbol.asyncDispose]();
    throw error;
  }
  return {
    ...bus,
    get status() {
      return bus.status;
    },
    get lastError() {
      return bus.lastError;
    },
    get serverVersion() {
      return bus.serverVersion;
    },
    async [Symbol.asyncDispose]() {
      if (streams) await deleteRealm(bus.connection, realm);
      await bus[Symbol.asyncDispose]();
    },
  };
}

/** Waits until `condition` holds. @throws After `timeoutMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs = 10_000, what = "the condition" } = {},
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) {
      throw new Error(`${what} did not hold within ${timeoutMs} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A server of a test's own. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Ends it without warning, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and with what it had stored. */
  restart(): Promise<void>;
  /** Stops its process without ending it, and lets it go on. */
  pause(): void;
  resume(): void;
}

/** How a server of {@linkcode startServer} differs from the plainest one. */
export interface TestServerOptions {
  readonly jetStream?: boolean;
  /** Lines of configuration. */
  readonly config?: string;
  readonly port?: number;
}

/** Starts a server on a free loopback port, with a data directory that is deleted with it. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const binary = Deno.env.get("HUB_TEST_NATS_SERVER");
  if (binary === undefined) {
    throw new Error("HUB_TEST_NATS_SERVER is not set: run the tests through `deno task test`");
  }
  const port = options.port ?? freePort();
  const directory = await Deno.makeTempDir({ prefix: "hub-test-nats-" });
  const file = `${directory}/nats.conf`;
  const jetStream = options.jetStream === false ? "" : `jetstream { store_dir: "${directory}" }\n`;
  await Deno.writeTextFile(
    file,
    `host: 127.0.0.1\nport: ${port}\n${jetStream}${options.config ?? ""}\n`,
  );
  const spawn = () => new Deno.Command(binary, { args: ["-c", file], stderr: "null" }).spawn();
  let process = spawn();
  await listening(port);
  const end = async (signal: Deno.Signal) => {
    process.kill(signal);
    await process.status;
  };
  let alive = true;
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    async kill() {
      alive = false;
      await end("SIGKILL");
    },
    async restart() {
      if (alive) await end("SIGTERM");
      process = spawn();
      alive = true;
      await listening(port);
    },
    pause: () => process.kill("SIGSTOP"),
    resume: () => process.kill("SIGCONT"),
    async [Symbol.asyncDispose]() {
      if (alive) await end("SIGKILL");
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** A port that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Waits until the server greets: it listens before JetStream has recovered. */
async function listening(port: number): Promise<void> {
  await until(async () => {
    try {
      using socket = await Deno.connect({ hostname: "127.0.0.1", port });
      return await socket.read(new Uint8Array(16)) !== null;
    } catch {
      return false; // Not yet.
    }
  }, { what: `a server on port ${port}` });
}
