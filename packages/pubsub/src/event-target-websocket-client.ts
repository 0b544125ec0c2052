/**
 * Events over a WebSocket, the client's side.
 *
 * @module
 */
import { type BackoffOptions, createBackoff } from "./_backoff.ts";
import { openClientLink } from "./_client-link.ts";
import type { SocketSource } from "./_keep-connected.ts";
import { messageLimit, positiveLimit } from "./_limits.ts";
import { createReporter } from "./_report.ts";
import { connectEventTarget, type Transport } from "./_remote.ts";
import type { WebSocketLike } from "./_websocket.ts";
import type { TypedEvent, TypedEventTarget } from "./types.ts";

export type { BackoffOptions } from "./_backoff.ts";
export type { WebSocketLike } from "./_websocket.ts";

/** Makes a socket. */
export type WebSocketConstructor = new (
  url: string,
  protocols?: string | string[],
) => WebSocketLike;

/** What becomes of the connection. */
export type WebSocketClientStatus = "connecting" | "open" | "closed";

/** How a WebSocket client target is made: of a `url`, or of a `socket`. */
export interface WebSocketClientEventTargetOptions {
  /** Where to connect to. */
  url?: string | URL | undefined;
  /** Sub-protocols to offer. */
  protocols?: string | string[] | undefined;
  /** A socket that somebody else made; it is not made anew when it is lost. */
  socket?: WebSocketLike | undefined;
  /** Makes sockets. Default: the global `WebSocket`. */
  WebSocket?: WebSocketConstructor | undefined;
  /** Bounds of the waits before connecting again, or `false` for never. */
  reconnect?: false | BackoffOptions | undefined;
  /** How many events may wait for the connection. Default 1,024. */
  maxQueue?: number | undefined;
  /** How many bytes may wait in an open socket. Default 16 MiB. */
  maxBufferedAmount?: number | undefined;
  /** How large a received message may be. Default 8 MiB. */
  maxMessageBytes?: number | undefined;
  /** Told what had nobody to be thrown at. */
  onError?: ((error: unknown) => void) | undefined;
  /** Told what becomes of the connection. */
  onStatus?: ((status: WebSocketClientStatus) => void) | undefined;
}

/** An event target over a client's WebSocket. */
export interface WebSocketClientEventTarget<TEvent extends TypedEvent>
  extends TypedEventTarget<TEvent> {
  /** Ends the connection; a socket that was passed in stays open, unsubscribed. */
  close(): void;
  /** How many errors had nobody to be thrown at. */
  readonly errorCount: number;
}

/**
 * Makes an event target of a WebSocket, and connects it again when it is lost.
 *
 * `dispatchEvent` throws a `QueueFullError` when as much as allowed waits for the connection, and
 * an `EventTargetClosedError` when that is gone for good.
 *
 * @throws {TypeError} when an option is none, or there is no `WebSocket` on this platform.
 */
export function createWebSocketClientEventTarget<TEvent extends TypedEvent>(
  options: WebSocketClientEventTargetOptions,
): WebSocketClientEventTarget<TEvent> {
  const errors = createReporter(options.onError);
  const link = {
    source: socketSource(options),
    backoff: options.reconnect === false || options.socket !== undefined
      ? undefined
      : createBackoff(options.reconnect ?? {}),
    maxQueue: positiveLimit(options.maxQueue ?? 1024, "maxQueue"),
    maxBufferedAmount: positiveLimit(options.maxBufferedAmount ?? 2 ** 24, "maxBufferedAmount"),
    maxMessageBytes: messageLimit(options.maxMessageBytes),
    onStatus: options.onStatus,
    report: errors.report,
  };
  return connectEventTarget<TEvent, Transport>("WebSocket client", {
    errors,
    connect: (inbox) => openClientLink(inbox, link),
  }).target;
}

function socketSource(options: WebSocketClientEventTargetOptions): SocketSource {
  const { url, socket, protocols } = options;
  if ((url === undefined) === (socket === undefined)) {
    throw new TypeError("Cannot connect: give either url or socket");
  }
  if (socket !== undefined) return { open: () => socket, owned: false };
  const { WebSocket = globalThis.WebSocket as WebSocketConstructor | undefined } = options;
  if (WebSocket === undefined) {
    throw new TypeError(
      "Cannot connect: this platform has no WebSocket; pass one as the option WebSocket, " +
        "or a connected one as socket",
    );
  }
  const open = () => new WebSocket(String(url), ...protocols === undefined ? [] : [protocols]);
  return { open, owned: true };
}
