/**
 * Opens the hub's connection to NATS.
 *
 * @module
 */
import { JetStreamApiError, jetstreamManager } from "@nats-io/jetstream";
import type { ConnectionOptions, NatsConnection, TlsOptions } from "@nats-io/nats-core";
import { credsAuthenticator, TimeoutError } from "@nats-io/nats-core";
import { pause } from "./back_off.ts";
import { type BusStatus, type ConnectionStatus, watchConnection } from "./connection_status.ts";
import { BusError } from "./errors.ts";
import { connectGuarded } from "./guarded_transport.ts";
import { isNatsVersionSupported, MINIMUM_NATS_VERSION } from "./nats_version.ts";
import { createRequests, type Requests } from "./requests.ts";
import { parseServers, type ServerAddresses } from "./server_address.ts";
import { inboxPrefix } from "./subjects.ts";
import { within } from "./within.ts";

/** What {@linkcode openBus} needs to know. */
export interface OpenBusOptions {
  /** Addresses, with or without `nats://` or `tls://`; user info in them is used and never shown. */
  readonly servers: string | readonly string[];
  /** Shown by the server's monitoring. */
  readonly name: string;
  /** First token of every subject. */
  readonly realm: string;
  /** Content of a `.creds` file. */
  readonly credentials?: string;
  readonly token?: string;
  readonly user?: string;
  readonly password?: string;
  readonly tls?: TlsOptions;
  /** Lowest server version accepted. Default {@linkcode MINIMUM_NATS_VERSION}. */
  readonly minimumVersion?: string;
  /** How long the first connection may take. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** A server that leaves two pings of this interval unanswered is left. Default 3,000. */
  readonly pingIntervalMs?: number;
  /** Pause between attempts to reconnect, half of it random again. Default 500. */
  readonly reconnectWaitMs?: number;
  /** Requests that may wait for an answer at once. Default 16,384. */
  readonly maxInFlight?: number;
  /** Gives up opening; has no effect on an open bus. */
  readonly signal?: AbortSignal;
}

/** An open connection to NATS; disposing drains it. */
export interface Bus extends AsyncDisposable {
  /** For subscriptions, consumers, and messages nobody answers. */
  readonly connection: NatsConnection;
  readonly realm: string;
  /** Requests and acknowledged publishes. */
  readonly requests: Requests;
  readonly status: BusStatus;
  /** What the server or the network last complained of. */
  readonly lastError: Error | undefined;
  /** Version of the server connected to, if there is one at the moment. */
  readonly serverVersion: string | undefined;
  /** Tells of every change of `status`; the result ends that. */
  onStatus(listener: (status: BusStatus) => void): () => void;
  /**
   * Measures a round trip to the server, in milliseconds.
   *
   * @throws {BusError} `TIMEOUT`, `DISCONNECTED` or `CLOSED`.
   */
  ping(options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<number>;
}

const PING_TIMEOUT_MS = 2_000;
const DRAIN_TIMEOUT_MS = 5_000;
const JETSTREAM_DISABLED_CODES = new Set([10039, 10076]);

/**
 * Connects to NATS, once it has made sure that the server can do what the hub needs.
 *
 * A lost connection is opened again for ever; only disposing ends it.
 *
 * @throws {BusError} `CONNECT_FAILED`, `SERVER_TOO_OLD` or `JETSTREAM_DISABLED`.
 * @throws {RangeError} If the addresses or the realm cannot be used.
 *
 * @example A round trip
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { openBus } from "@hub/bus";
 *
 * const servers = Deno.env.get("HUB_TEST_NATS_URL") ?? "nats://127.0.0.1:4222";
 * await using bus = await openBus({ servers, name: "example", realm: "example" });
 * strictEqual(bus.status, "connected");
 * strictEqual(await bus.ping() >= 0, true);
 * ```
 */
export async function openBus(options: OpenBusOptions): Promise<Bus> {
  const addresses = parseServers(options.servers);
  const connection = await dial(addresses, connectionOptions(options, addresses), options);
  try {
    checkVersion(connection, options.minimumVersion ?? MINIMUM_NATS_VERSION);
    await within(checkJetStream(connection), {
      timeoutMs: options.connectTimeoutMs ?? 10_000,
      signal: options.signal,
      late: () =>
        new BusError(
          "CONNECT_FAILED",
          "Cannot use JetStream: the server does not answer, perhaps its cluster has no leader yet",
        ),
    });
    return createBus(connection, options);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function connectionOptions(
  options: OpenBusOptions,
  addresses: ServerAddresses,
): ConnectionOptions {
  const { credentials } = options;
  const token = options.token ?? addresses.token;
  const user = options.user ?? addresses.user;
  const pass = options.password ?? addresses.password;
  const tls = options.tls ?? (addresses.tls ? {} : undefined);
  const waitMs = options.reconnectWaitMs ?? 500;
  return {
    servers: [...addresses.hosts],
    name: options.name,
    inboxPrefix: inboxPrefix(options.realm),
    timeout: options.connectTimeoutMs ?? 10_000,
    pingInterval: options.pingIntervalMs ?? 3_000,
    maxPingOut: 2,
    maxReconnectAttempts: -1,
    // A key that is being rotated is refused for a while; giving up would need a restart.
    ignoreAuthErrorAbort: true,
    reconnectDelayHandler: () => waitMs / 2 + Math.random() * waitMs,
    ...(credentials === undefined
      ? {}
      : { authenticator: credsAuthenticator(new TextEncoder().encode(credentials)) }),
    ...(token === undefined ? {} : { token }),
    ...(user === undefined ? {} : { user }),
    ...(pass === undefined ? {} : { pass }),
    ...(tls === undefined ? {} : { tls }),
  };
}

async function dial(
  { hosts }: ServerAddresses,
  options: ConnectionOptions,
  { signal, connectTimeoutMs = 10_000 }: OpenBusOptions,
): Promise<NatsConnection> {
  signal?.throwIfAborted();
  const failed = (reason: string, cause?: unknown) =>
    new BusError(
      "CONNECT_FAILED",
      `Cannot connect to NATS at ${hosts.join(", ")}: ${reason}. ` +
        "Is the server running there, and are the credentials right?",
      { cause },
    );
  const dialling = connectGuarded(options);
  const attempt = dialling.catch((error) => {
    throw failed(error instanceof Error ? error.message : String(error), error);
  });
  const late = () => failed(`no connection after ${connectTimeoutMs} ms`);
  try {
    // Every host gets the client's own timeout; this one is for all of them together.
    return await within(attempt, { timeoutMs: connectTimeoutMs, signal, late });
  } catch (error) {
    // It may yet succeed, with nobody there to close it.
    dialling.then((connection) => connection.close(), () => undefined);
    throw error;
  }
}

function checkVersion({ info }: NatsConnection, minimum: string): void {
  const found = info?.version ?? "unknown";
  if (found !== "unknown" && isNatsVersionSupported(found, minimum)) return;
  throw new BusError(
    "SERVER_TOO_OLD",
    `Cannot use this NATS server: its version is ${found}, at least ${minimum} is needed`,
  );
}

async function checkJetStream(connection: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: 1_000 });
  while (!connection.isClosed()) {
    try {
      await manager.getAccountInfo();
      return;
    } catch (error) {
      // A cluster that is electing answers 503 or not at all; one without JetStream says so.
      if (!isElecting(error)) throw disabled(error);
      await pause(100);
    }
  }
}

function isElecting(error: unknown): boolean {
  if (error instanceof TimeoutError) return true;
  return error instanceof JetStreamApiError && error.status === 503 &&
    !JETSTREAM_DISABLED_CODES.has(error.code);
}

function disabled(error: unknown): BusError {
  const reason = error instanceof Error ? error.message : String(error);
  return new BusError(
    "JETSTREAM_DISABLED",
    `Cannot use this NATS server: JetStream does not answer (${reason}). ` +
      "Start the server with JetStream, and give the hub's account access to it.",
    { cause: error },
  );
}

function createBus(connection: NatsConnection, { realm, maxInFlight }: OpenBusOptions): Bus {
  const watched = watchConnection(connection);
  const requests = createRequests({
    connection,
    realm,
    watched,
    ...(maxInFlight === undefined ? {} : { maxInFlight }),
  });
  return {
    connection,
    realm,
    requests,
    get status() {
      return watched.status;
    },
    get lastError() {
      return watched.lastError;
    },
    get serverVersion() {
      return connection.info?.version;
    },
    onStatus: watched.onChange,
    ping: (options = {}) => ping(connection, watched, options),
    async [Symbol.asyncDispose]() {
      await requests.drain(DRAIN_TIMEOUT_MS);
      await close(connection, watched);
      await watched.ended;
    },
  };
}

async function ping(
  connection: NatsConnection,
  watched: ConnectionStatus,
  { timeoutMs = PING_TIMEOUT_MS, signal }: { timeoutMs?: number; signal?: AbortSignal },
): Promise<number> {
  if (watched.status === "closed") throw new BusError("CLOSED", "Cannot ping: the bus is closed");
  if (watched.status === "reconnecting") {
    throw new BusError("DISCONNECTED", "Cannot ping: the connection to NATS is lost");
  }
  const startedAt = performance.now();
  const answered = connection.flush().catch((cause) => {
    throw new BusError("DISCONNECTED", "Cannot ping: the connection to NATS is lost", { cause });
  });
  const late = () => new BusError("TIMEOUT", `Cannot ping: no answer within ${timeoutMs} ms`);
  await within(answered, { timeoutMs, signal, late });
  return performance.now() - startedAt;
}

/** Drains while there is somebody to drain to; a lost connection is only closed. */
async function close(connection: NatsConnection, watched: ConnectionStatus): Promise<void> {
  if (connection.isClosed()) return;
  if (watched.status === "connected" && !connection.isDraining()) {
    const late = () => new BusError("TIMEOUT", "Cannot drain in time");
    await within(connection.drain(), { timeoutMs: DRAIN_TIMEOUT_MS, late }).catch(() => undefined);
  }
  await connection.close();
}
