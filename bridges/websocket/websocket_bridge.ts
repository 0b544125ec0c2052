/**
 * The call protocol over WebSocket: takes connections, and closes them in good order.
 *
 * @module
 */
import { openSteadyClock } from "@alkdev/operations";
import { getLogger } from "@logtape/logtape";
import { isSameCaller } from "../gateway/mod.ts";
import type { Admission, Caller } from "../ports.ts";
import { CLOSE } from "./close_codes.ts";
import { type Connection, type ConnectionPorts, createConnection } from "./connection.ts";
import { rearmSeldom } from "./seldom_rearmed.ts";
import { judgeUpgrade } from "./upgrade.ts";

const log = getLogger(["hub", "websocket"]);

/** What the bridge needs. */
export interface WebSocketBridgeOptions extends Omit<ConnectionPorts, "clock"> {
  readonly admission: Admission;
  /** Origins of pages that may connect. Default: none. */
  readonly allowedOrigins?: readonly string[];
  /** Connections that one identity may have. A node has two while one takes the other's place. */
  readonly maxConnections?: Readonly<Record<Caller["role"], number>>;
  /** A peer that has not answered for so long is gone. Default 40. */
  readonly idleTimeoutS?: number;
  /** How long requests may take once the bridge is being closed. Default 10,000. */
  readonly drainMs?: number;
}

/** Takes WebSocket connections; disposing drains them. */
export interface WebSocketBridge extends AsyncDisposable {
  /** Answers a request from an address: with an upgrade, or by saying why not. */
  handle(request: Request, source: string): Promise<Response>;
  /** Connections that are open. */
  readonly size: number;
}

const MAX_CONNECTIONS = { node: 2, client: 10 };
const RETRY_AFTER_S = 5;
/** Sockets that were told to close and do not are left alone after it. */
const LAST_WORDS_MS = 500;
const LOOK_MS = 20;

/** Creates a bridge that has no connections. */
export function createWebSocketBridge(options: WebSocketBridgeOptions): WebSocketBridge {
  const { maxConnections = MAX_CONNECTIONS, idleTimeoutS = 40, drainMs = 10_000 } = options;
  const { allowedOrigins = [], admission } = options;
  const clock = openSteadyClock();
  const ports: ConnectionPorts = { ...options, clock };
  const connections = new Set<Connection>();
  const counts = new Map<string, number>();
  let isDraining = false;

  async function handle(request: Request, source: string): Promise<Response> {
    if (isDraining) return refuse(503, "INTERNAL", "This node is shutting down");
    const upgrade = await judgeUpgrade(request, { admission, allowedOrigins, source });
    if ("refusal" in upgrade) return upgrade.refusal;
    const { caller, protocol } = upgrade;
    if ((counts.get(keyOf(caller)) ?? 0) >= maxConnections[caller.role]) {
      return refuse(429, "RATE_LIMITED", "too many connections of this identity");
    }
    const { socket, response } = Deno.upgradeWebSocket(request, {
      idleTimeout: idleTimeoutS,
      ...(protocol === undefined ? {} : { protocol }),
    });
    rearmSeldom(socket, { idleTimeoutS });
    keep(createConnection(ports, { socket, caller }));
    return response;
  }

  function keep(connection: Connection): void {
    const key = keyOf(connection.caller);
    connections.add(connection);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    void connection.ended.then(() => {
      connections.delete(connection);
      const left = (counts.get(key) ?? 1) - 1;
      if (left === 0) counts.delete(key);
      else counts.set(key, left);
    });
  }

  const forget = admission.onChange((concerns) => {
    for (const connection of connections) {
      if (concerns(connection.caller)) void renew(connection);
    }
  });

  /** A connection keeps its identity, however long it may stay: with another one it begins anew. */
  async function renew(connection: Connection): Promise<void> {
    try {
      const renewed = await admission.renew(connection.caller);
      if ("caller" in renewed) {
        if (isSameCaller(renewed.caller, connection.caller)) {
          return connection.renew(renewed.caller);
        }
        connection.close(CLOSE.REVOKED, "the rights have changed, connect again");
      } else if (renewed.gone === "identity") {
        connection.close(CLOSE.NOT_ADMITTED, "not admitted any more");
      } else {
        connection.close(CLOSE.REVOKED, "the credential is valid no more");
      }
    } catch (error) {
      log.warn("connection closed: nobody can say whether it may stay", { error });
      connection.close(CLOSE.TRY_LATER, "try again later");
    }
  }

  return {
    handle,
    get size() {
      return connections.size;
    },
    async [Symbol.asyncDispose]() {
      isDraining = true;
      for (const connection of connections) connection.drain();
      const isBusy = () => [...connections].some(({ inFlight }) => inFlight > 0);
      if (!await becomes(() => !isBusy(), drainMs)) {
        log.warn("calls outlast the drain", { drainMs });
      }
      for (const connection of connections) {
        connection.close(CLOSE.DRAINING, "the hub is shutting down");
      }
      await becomes(() => connections.size === 0, LAST_WORDS_MS);
      forget();
      clock.close();
    },
  };
}

/** Names of nodes and of keys are told apart, however alike they look. */
function keyOf({ role, identity }: Caller): string {
  return `${role}:${identity.id}`;
}

function refuse(status: number, code: string, message: string): Response {
  const headers = { "retry-after": String(RETRY_AFTER_S) };
  return Response.json({ code, message, retryable: true }, { status, headers });
}

/** Whether something comes true in time. */
async function becomes(isTrue: () => boolean, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (!isTrue()) {
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return true;
}
