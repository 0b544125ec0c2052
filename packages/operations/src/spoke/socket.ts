/**
 * WebSockets of any platform: opened with a credential, closed for good, and fed no faster than they
 * send.
 *
 * @module
 */
import type { Clock } from "../clock.ts";

/** A WebSocket, whoever made it. */
export interface WebSocketLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  binaryType: string;
  /** Sends a text message. */
  send(data: string): void;
  /** Closes the connection. */
  close(code?: number, reason?: string): void;
  /** Begins to listen. */
  addEventListener(
    type: "open" | "message" | "close" | "error",
    listener: (event: SocketEvent) => void,
  ): void;
}

/** What the events of sockets tell; each platform has classes of its own for them. */
export interface SocketEvent {
  readonly type: string;
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
}

/**
 * A class of WebSockets: the platform's own, or that of the package `ws`. To send a key it has to take
 * `{ headers }` as its second argument, as those of Deno, Bun, Node from 22 on, and `ws` do.
 */
export type WebSocketConstructor = new (url: string, second: never) => WebSocketLike;

/** What is shown to be let in. */
export type Credential =
  | { readonly headers: Readonly<Record<string, string>> }
  | { readonly ticket: string };

/** Why a socket is closed, or never was open. */
export interface SocketEnd {
  /** The close code; for a refused upgrade the HTTP status, where the platform tells it. */
  readonly code?: number;
  readonly reason: string;
}

/** The sub-protocol that hubs select. */
export const SUBPROTOCOL = "alknet.call.v1";

const OPEN = 1;
/** Above it a frame waits for the socket to take what it has. */
const FULL_BYTES = 256 * 1024;
/** Sockets tell nobody when they have sent something: a full one is looked at so often. */
const LOOK_MS = 5;
/** Programs may not close with the codes below, but for 1000. */
const LEAST_OWN_CODE = 3000;

/** Begins to open a socket. */
export function newSocket(
  WebSocket: WebSocketConstructor,
  url: string,
  credential: Credential,
): WebSocketLike {
  const protocols = [SUBPROTOCOL];
  if ("ticket" in credential) {
    const withTicket = new URL(url);
    withTicket.searchParams.set("ticket", credential.ticket);
    return Reflect.construct(WebSocket, [withTicket.href, protocols]);
  }
  const { headers } = credential;
  return Reflect.construct(WebSocket, [url, { headers, protocols }]);
}

/** The HTTP status by which an upgrade was refused. Nothing but the text of the error tells it. */
export function statusOf(message: string | undefined): number | undefined {
  const status = /(?:status code|server response): (\d{3})\b/.exec(message ?? "")?.[1];
  return status === undefined ? undefined : Number(status);
}

/** Closes a socket, with the code if it is one that programs may use. */
export function closeSocket(socket: WebSocketLike, code: number, reason: string): void {
  const allowed = code === 1000 || code >= LEAST_OWN_CODE ? code : code + LEAST_OWN_CODE;
  // A reason may take 123 bytes.
  socket.close(allowed, reason.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 120));
}

/** Sends frames over one socket. */
export interface FrameSender {
  /** Sends a frame; the promise, if there is one, settles once the socket can take more. */
  send(frame: string): Promise<void> | undefined;
  /** Nothing waits any more. */
  stop(): void;
}

/** Creates the sender of an open socket. */
export function createFrameSender(socket: WebSocketLike, clock: Clock): FrameSender {
  let waiting: { readonly promise: Promise<void>; readonly go: () => void } | undefined;
  let disarm = () => {};

  function look(): void {
    disarm = clock.after(LOOK_MS, () => {
      if (socket.bufferedAmount > FULL_BYTES) look();
      else rest();
    });
  }

  function rest(): void {
    disarm();
    waiting?.go();
    waiting = undefined;
  }

  function drained(): Promise<void> {
    if (waiting !== undefined) return waiting.promise;
    let go = () => {};
    const promise = new Promise<void>((resolve) => go = resolve);
    waiting = { promise, go };
    look();
    return promise;
  }

  return {
    send(frame) {
      if (socket.readyState !== OPEN) return undefined;
      socket.send(frame);
      return socket.bufferedAmount > FULL_BYTES ? drained() : undefined;
    },
    stop: rest,
  };
}
