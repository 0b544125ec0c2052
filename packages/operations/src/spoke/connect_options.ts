/**
 * What connecting needs, whether or not anything is offered.
 *
 * @module
 */
import { type Clock, monotonicClock } from "../clock.ts";
import type { WireLimits } from "../wire/limits.ts";
import { createBackoff, type ReconnectOptions } from "./backoff.ts";
import type { LinkOptions } from "./link.ts";
import type { Credential, WebSocketConstructor } from "./socket.ts";
import type { ConnectionStatus } from "./status.ts";

/** Where the hub is, and what this program needs of its platform. */
export interface ConnectOptions {
  /**
   * Such as `wss://hub.example/ws`, or `https://hub.example`; several nodes of one hub are tried in
   * turn.
   */
  readonly url: string | readonly string[];
  /** Told of each change. */
  readonly onStatus?: (status: ConnectionStatus) => void;
  /** How long it waits before it connects again. */
  readonly reconnect?: ReconnectOptions;
  /**
   * Silence after which the hub is asked whether it is there; after as much again the connection is
   * given up. Default 20 s.
   */
  readonly idleMs?: number;
  /** Bounds of what arrives and of what waits. */
  readonly limits?: Partial<WireLimits>;
  /** Default: the platform's own. Node before 22 has none: pass that of the package `ws`. */
  readonly WebSocket?: WebSocketConstructor;
  /** Default: the platform's time as it passes, whatever is done to its clock. */
  readonly clock?: Clock;
  /** Numbers from 0 to 1, for the jitter of the waits. Default: the platform's. */
  readonly random?: () => number;
}

/** A key, or where it comes from; a function is asked for each connection anew. */
export type KeySource = string | (() => string | Promise<string>);

const IDLE_MS = 20_000;

/**
 * What a link needs, with all defaults.
 *
 * @throws {TypeError} if an address is none, or the platform has no WebSocket.
 */
export function linkOptions(
  options: ConnectOptions,
  credential: () => Credential | Promise<Credential>,
): Omit<LinkOptions, "session" | "isNode"> {
  const { url, onStatus = () => {}, reconnect, idleMs = IDLE_MS, clock = monotonicClock } = options;
  const urls = (typeof url === "string" ? [url] : url).map(webSocketUrl);
  if (urls.length === 0) throw new TypeError("Cannot connect: there is no url");
  return {
    ...{ urls, credential, onStatus, idleMs, clock },
    WebSocket: options.WebSocket ?? platformWebSocket(),
    backoff: createBackoff(reconnect, options.random),
  };
}

/** The credential that shows a key. */
export function keyCredential(key: KeySource): () => Promise<Credential> {
  return async () => {
    const shown = typeof key === "string" ? key : await key();
    return { headers: { authorization: `Bearer ${shown}` } };
  };
}

function webSocketUrl(given: string): string {
  if (!URL.canParse(given)) throw new TypeError("Cannot connect: the url is none");
  const url = new URL(given);
  // The address of a hub, as it says itself where it is.
  if (/^https?:$/.test(url.protocol) && url.pathname === "/") url.pathname = "/ws";
  url.protocol = url.protocol.replace(/^http/, "ws");
  if (!/^wss?:$/.test(url.protocol)) {
    throw new TypeError(`Cannot connect by ${url.protocol}: use ws: or wss:`);
  }
  return url.href;
}

function platformWebSocket(): WebSocketConstructor {
  const found: WebSocketConstructor | undefined = Reflect.get(globalThis, "WebSocket");
  if (typeof found === "function") return found;
  throw new TypeError(
    "Cannot connect: this platform has no WebSocket; " +
      "pass the option WebSocket, such as that of the package ws",
  );
}
