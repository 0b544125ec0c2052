/**
 * The embedded nats-server.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { getLogger } from "../logger/mod.ts";
import type { DataDirectory } from "./data_directory.ts";
import { onFreePort } from "./free_port.ts";
import { endStale, leash, type Leashed } from "./leash.ts";
import { started } from "./started.ts";
import { storedSecret } from "./stored_secret.ts";
import { keepRunning } from "./supervise.ts";

const CONFIG_FILE = fileURLToPath(new URL("../../nats.conf", import.meta.url));
/** As whom its hub, and the command line, connect. */
export const NATS_USER = "hub";
const log = getLogger("nats");

/** When what was acknowledged reaches the disk: before that, or within the server's two minutes. */
export type NatsSync = "always" | "2m";

/** A running nats-server and how to reach it. */
export interface NatsServer extends AsyncDisposable {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

export interface NatsServerOptions {
  /** The program, from `findNatsServer()`. */
  readonly program: string;
  readonly data: DataDirectory;
  /** Default: the server's own, two minutes. */
  readonly sync?: NatsSync;
  readonly signal?: AbortSignal | undefined;
  /** Tells a waiting person what takes so long. */
  readonly onStep?: ((step: string) => void) | undefined;
}

/**
 * Starts nats-server on a free loopback port with its data in the data directory, and keeps it
 * running: should it die, it comes back on the same port, where clients look for it.
 *
 * @throws {Error} with the server's own words when it does not start.
 */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const { data } = options;
  const pidFile = join(data.run, "nats.pid");
  await endStale({ pidFile, program: "nats-server", mark: data.nats });
  const password = await storedSecret(data.secrets, "nats");
  return await onFreePort(async (port) => {
    const server = await keepRunning("nats-server", {
      start: () => run({ ...options, port, password, pidFile }),
      signal: options.signal,
    });
    log.info("nats-server started", { port });
    return {
      url: `nats://127.0.0.1:${port}`,
      user: NATS_USER,
      password,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  });
}

interface RunOptions extends NatsServerOptions {
  readonly port: number;
  readonly password: string;
  readonly pidFile: string;
}

async function run(
  { program, data, sync = "2m", port, password, pidFile, signal, onStep }: RunOptions,
): Promise<Leashed> {
  const ready = Promise.withResolvers<void>();
  const server = leash(program, {
    args: [
      ...["--config", CONFIG_FILE],
      ...["--addr", "127.0.0.1", "--port", String(port)],
      ...["--store_dir", data.nats, "--pid", pidFile],
    ],
    env: {
      HUB_NATS_SERVER_NAME: "embedded",
      HUB_NATS_USER: NATS_USER,
      HUB_NATS_SYNC: `"${sync}"`,
      // Quoted, since a bare value that begins with a digit would be read as a number.
      HUB_NATS_PASSWORD: `"${password}"`,
    },
    onLine(line) {
      log.debug("nats-server says", { line });
      if (line.includes("Server is ready")) ready.resolve();
    },
  });
  await started(server, { name: "nats-server", ready: ready.promise, signal, onStep });
  return server;
}
