/**
 * Everything a node needs to speak on NATS.
 *
 * @module
 */
import {
  type Bus,
  ensureStreams,
  joinMembership,
  type Membership,
  openBus,
  type OpenBusOptions,
} from "@hub/bus";
import type { HubConfig } from "./config/mod.ts";
import { getLogger } from "./logger/mod.ts";
import { VERSION } from "./version.ts";

const log = getLogger("bus");

/** The connection to NATS and this node's place among the others. */
export interface StartedBus extends AsyncDisposable {
  readonly bus: Bus;
  readonly membership: Membership;
}

export interface StartBusOptions {
  readonly nodeId: string;
  readonly signal?: AbortSignal;
}

/** Connects to NATS, declares the hub's streams, and joins the other nodes. */
export async function startBus(
  config: HubConfig,
  { nodeId, ...options }: StartBusOptions,
): Promise<StartedBus> {
  await using stack = new AsyncDisposableStack();
  const name = `hub ${nodeId}`;
  const bus = stack.use(await openBus({ ...await busOptions(config), name, ...options }));
  const { realm, nats: { replicas } } = config;
  await ensureStreams(bus.connection, { realm, replicas, ...options });
  stack.use(keepStreams(bus, { realm, replicas }));
  const info = { version: VERSION, startedAt: Date.now() };
  const { silentMs } = config.node;
  const membership = stack.use(
    await joinMembership(bus, {
      ...{ node: nodeId, info, ttlMs: silentMs, ...options },
      // Two may be lost or late.
      heartbeatMs: silentMs / 3,
    }),
  );
  const parts = stack.move();
  return { bus, membership, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

/**
 * Declares the streams again whenever NATS comes back: a server that was killed has lost those that it
 * kept in memory.
 */
function keepStreams(
  bus: Bus,
  options: { readonly realm: string; readonly replicas: number },
): AsyncDisposable {
  const closing = new AbortController();
  let declaring = Promise.resolve();
  const declare = async () => {
    try {
      await ensureStreams(bus.connection, { ...options, signal: closing.signal });
    } catch (error) {
      if (!closing.signal.aborted) log.error("streams not declared again", { error });
    }
  };
  const forget = bus.onStatus((status) => {
    if (status === "connected") declaring = declaring.then(declare);
  });
  return {
    async [Symbol.asyncDispose]() {
      forget();
      closing.abort();
      await declaring;
    },
  };
}

/** How the configuration says to connect. */
export async function busOptions(
  { realm, nats }: HubConfig,
): Promise<Omit<OpenBusOptions, "name">> {
  const { url = "", user, password, token, credsFile, connectTimeoutMs } = nats;
  return {
    servers: url,
    realm,
    connectTimeoutMs,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(token === undefined ? {} : { token }),
    ...(credsFile === undefined ? {} : { credentials: await Deno.readTextFile(credsFile) }),
  };
}
