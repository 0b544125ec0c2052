/**
 * What the tests of the bus share: a realm of their own, and servers that may be killed.
 *
 * @module
 */
import { testEnvironment } from "../../tests/harness/environment.ts";
import { startNatsNode } from "../../tests/harness/nats.ts";
import { testRealm } from "../../tests/harness/realm.ts";
import { type Truthy, until as untilNamed, type UntilOptions } from "../../tests/harness/until.ts";
import { type Bus, openBus, type OpenBusOptions } from "./connect.ts";
import { deleteRealm, ensureStreams } from "./streams.ts";

export { freePort } from "../../tests/harness/nats.ts";

/** Address of the server that all tests share. */
export function sharedServer(): string {
  return testEnvironment().natsUrl;
}

/** A realm that no other test has. */
export function randomRealm(): string {
  return testRealm();
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

/** Waits until `condition` holds, and returns what it says. @throws When it does not come. */
export async function until<T>(
  condition: () => T | Promise<T>,
  { what = "the condition", ...options }: Partial<UntilOptions> = {},
): Promise<Truthy<Awaited<T>>> {
  return await untilNamed(condition, { what, ...options });
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
  readonly name?: string;
  readonly jetStream?: boolean;
  /** Lines of configuration. */
  readonly config?: string;
  readonly port?: number;
}

/** Starts a server on a free loopback port, with a data directory that is deleted with it. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const node = await startNatsNode({ program: testEnvironment().natsServer, ...options });
  let isAlive = true;
  const kill = async () => {
    isAlive = false;
    await node.kill();
  };
  return {
    url: node.url,
    port: node.port,
    kill,
    async restart() {
      if (isAlive) node.signal("SIGTERM");
      await node.restart();
      isAlive = true;
    },
    pause: () => node.signal("SIGSTOP"),
    resume: () => node.signal("SIGCONT"),
    async [Symbol.asyncDispose]() {
      // At once, as it may have been paused.
      if (isAlive) await kill();
      await node[Symbol.asyncDispose]();
    },
  };
}
