/**
 * What Postgres tells whoever listens, from inside the transaction that changed something.
 *
 * @module
 */
import pg from "pg";
import { backOff } from "@hub/bus";
import { getLogger } from "../logger/mod.ts";
import type { ConnectOnceOptions } from "./connect_once.ts";

const log = getLogger("postgres");
/** A connection that says nothing is asked whether it still is one. */
const PROBE_MS = 15_000;

/** Who is told. */
export interface NotificationListener {
  readonly channel: string;
  /** A notification arrived. */
  readonly onMessage: (payload: string) => void;
  /** Listening from now on; what was sent before, since the last time, is lost. */
  readonly onListening: () => void;
  /** Nothing arrives until `onListening` is called again. */
  readonly onLost: () => void;
}

/**
 * Listens on a connection of its own until disposed of, connecting again whenever it is lost.
 *
 * Returns at once: a database that is away is waited for.
 */
export function listenForNotifications(
  options: ConnectOnceOptions,
  listener: NotificationListener,
): AsyncDisposable {
  const stop = new AbortController();
  const running = keepListening(options, listener, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

async function keepListening(
  options: ConnectOnceOptions,
  listener: NotificationListener,
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 1; !signal.aborted; tries++) {
    try {
      await listenOnce(options, listener, { signal, onListening: () => tries = 0 });
    } catch (error) {
      if (!signal.aborted) log.warn("cannot listen for changes", { tries, error: textOf(error) });
    }
    if (signal.aborted) return;
    // Rejects when it is told to stop, which the loop sees for itself.
    await backOff(Math.max(1, tries), signal).catch(() => undefined);
  }
}

interface Once {
  readonly signal: AbortSignal;
  readonly onListening: () => void;
}

async function listenOnce(
  { url, connectTimeoutMs }: ConnectOnceOptions,
  listener: NotificationListener,
  { signal, onListening }: Once,
): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: connectTimeoutMs,
    application_name: "hub listener",
    keepAlive: true,
  });
  const ended = Promise.withResolvers<void>();
  client.on("error", (error) => ended.reject(error));
  client.on("end", () => ended.resolve());
  client.on("notification", ({ payload = "" }) => listener.onMessage(payload));
  const stop = () => ended.resolve();
  signal.addEventListener("abort", stop, { once: true });
  // Seen below; until then nobody waits for it.
  ended.promise.catch(() => undefined);
  let heard = false;
  let probe: ReturnType<typeof setInterval> | undefined;
  try {
    await Promise.race([client.connect(), ended.promise]);
    if (signal.aborted) return;
    await client.query(`listen ${client.escapeIdentifier(listener.channel)}`);
    heard = true;
    onListening();
    listener.onListening();
    probe = setInterval(() => void client.query("select 1").catch(ended.reject), PROBE_MS);
    await ended.promise;
  } finally {
    clearInterval(probe);
    signal.removeEventListener("abort", stop);
    if (heard) listener.onLost();
    await close(client);
  }
}

/** Does not wait for a server that has fallen silent. */
async function close(client: pg.Client): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, 1_000));
  await Promise.race([client.end().catch(() => undefined), late]);
  clearTimeout(timer);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
