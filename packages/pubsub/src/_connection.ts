import type { WebSocketLike } from "./_websocket.ts";

/** One client of a WebSocket server target. */
export interface Connection {
  /** The socket as it was handed in. */
  readonly socket: WebSocketLike;
  /** The host's own data. */
  readonly context: unknown;
  /** What the client subscribed. */
  readonly topics: ReadonlySet<string>;
  /** Ends the connection. */
  close(code?: number, reason?: string): void;
}
