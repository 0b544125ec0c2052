/**
 * The embedded Postgres: the real thing, as a child process.
 *
 * @module
 */
import { join } from "node:path";
import { getLogger } from "../logger/mod.ts";
import { type DataDirectory, UNFINISHED_CLUSTER } from "./data_directory.ts";
import { onFreePort } from "./free_port.ts";
import { endStale, leash, type Leashed, runLeashed, type UnprivilegedUser } from "./leash.ts";
import { postgresBinaries } from "./postgres_binaries.ts";
import { started } from "./started.ts";
import { storedSecret } from "./stored_secret.ts";
import { keepRunning } from "./supervise.ts";

/** The superuser; the hub itself works as an ordinary role. */
const USER = "admin";
/** Postgres refuses to run as root; this user exists on every Linux. */
const NOBODY = 65534;
const log = getLogger("postgres");

/** A running Postgres and how to reach it. */
export interface PostgresServer extends AsyncDisposable {
  /** Of the database `postgres`; holds the password. */
  readonly url: string;
}

export interface PostgresServerOptions {
  readonly data: DataDirectory;
  /** Settings to change, by name: tests give up durability for speed. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: string) => void;
}

/**
 * Starts Postgres on a free loopback port with its data in the data directory, creating the
 * database cluster the first time, and keeps it running.
 *
 * @throws {Error} with the server's own words when it does not start.
 */
export async function startPostgres(options: PostgresServerOptions): Promise<PostgresServer> {
  const { data } = options;
  const binaries = postgresBinaries();
  const user = Deno.uid() === 0 ? { uid: NOBODY, reach: data.path } : undefined;
  const password = await storedSecret(data.secrets, "postgres");
  await endStale({
    pidFile: join(data.postgres, "postmaster.pid"),
    program: "postgres",
    mark: data.postgres,
  });
  if (!await exists(join(data.postgres, "PG_VERSION"))) {
    options.onStep?.("Creating the Postgres database cluster");
    await createCluster(binaries.initdb, { data, user, password });
  }
  await refuseOtherMajor(binaries.postgres, data.postgres);
  return await onFreePort(async (port) => {
    const server = await keepRunning("postgres", {
      start: () => run(binaries.postgres, { ...options, user, port }),
      signal: options.signal,
    });
    log.info("postgres started", { port });
    return {
      url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  });
}

interface ClusterOptions {
  readonly data: DataDirectory;
  readonly user: UnprivilegedUser | undefined;
  readonly password: string;
}

/**
 * Builds the cluster aside and renames it into place: a crash leaves none or a whole one. Each time
 * in a place of its own: the initdb of a hub that was killed clears its place away as it ends.
 */
async function createCluster(initdb: string, { data, user, password }: ClusterOptions) {
  const aside = await Deno.makeTempDir({ dir: data.path, prefix: UNFINISHED_CLUSTER });
  await giveTo(user, aside);
  const passwordFile = `${aside}.password`;
  try {
    await Deno.writeTextFile(passwordFile, password, { mode: 0o600 });
    await giveTo(user, passwordFile);
    await runLeashed(initdb, {
      args: [
        ...["--pgdata", aside, "--username", USER, "--pwfile", passwordFile],
        ...["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"],
      ],
      user,
    });
  } finally {
    await Deno.remove(passwordFile).catch(ignoreMissing);
  }
  await Deno.rename(aside, data.postgres);
}

interface RunOptions extends PostgresServerOptions {
  readonly user: UnprivilegedUser | undefined;
  readonly port: number;
}

async function run(
  program: string,
  { data, user, port, settings, signal, onStep }: RunOptions,
): Promise<Leashed> {
  const ready = Promise.withResolvers<void>();
  const all = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    logging_collector: "off",
    ...settings,
  };
  const server = leash(program, {
    args: ["-D", data.postgres, ...Object.entries(all).flatMap(([k, v]) => ["-c", `${k}=${v}`])],
    // "Fast": open transactions are rolled back, nobody is waited for.
    stopSignal: "INT",
    user,
    onLine(line) {
      log.debug("postgres says", { line });
      if (line.includes("ready to accept connections")) ready.resolve();
    },
  });
  await started(server, { name: "Postgres", ready: ready.promise, signal, onStep });
  return server;
}

async function giveTo(user: UnprivilegedUser | undefined, path: string): Promise<void> {
  if (user) await Deno.chown(path, user.uid, user.uid);
}

async function refuseOtherMajor(program: string, cluster: string): Promise<void> {
  const stored = (await Deno.readTextFile(join(cluster, "PG_VERSION"))).trim();
  const printed = await runLeashed(program, { args: ["--version"] });
  const ours = /(\d+)[.\w]*\s*$/.exec(printed)?.[1];
  if (ours === stored) return;
  throw new Error(
    `Cannot open ${cluster}: it was made by Postgres ${stored}, this hub brings Postgres ${ours}. ` +
      `Dump it with a Postgres ${stored}, move the directory away, start, and load the dump.`,
  );
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
