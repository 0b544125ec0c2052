/** A WebSocket, whoever made it. */
export interface WebSocketLike {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** How binary messages arrive. */
  binaryType?: string;
  /** Bytes handed over and not yet sent. */
  readonly bufferedAmount?: number;
  /** Sends a message. */
  send(data: ArrayBufferLike | ArrayBufferView | string): void;
  /** Closes the connection. */
  close(code?: number, reason?: string): void;
  /** Begins to listen. */
  addEventListener(
    type: "open" | "message" | "close" | "error",
    // deno-lint-ignore no-explicit-any -- each library has event classes of its own
    listener: (event: any) => void,
  ): void;
  /** Ends listening. */
  // deno-lint-ignore no-explicit-any -- as above
  removeEventListener(type: string, listener: (event: any) => void): void;
}

/** Value of `readyState` while messages can be sent. */
export const OPEN = 1;

/** A close code, and the one for platforms that keep low codes to themselves. */
export interface CloseCode {
  readonly code: number;
  readonly instead?: number;
  readonly reason: string;
}

/** All is well. */
export const NORMAL: CloseCode = { code: 1000, reason: "" };
/** The server goes away. */
export const GOING_AWAY: CloseCode = { code: 1001, instead: 4001, reason: "going away" };
/** A message was too large. */
export const TOO_LARGE: CloseCode = { code: 1009, instead: 4009, reason: "message too large" };
/** A connection takes too little of what is sent to it. */
export const SLOW_CONSUMER: CloseCode = { code: 4013, reason: "slow consumer" };

/** Closes a socket, by whichever code its platform allows. */
export function closeSocket(socket: WebSocketLike, { code, instead, reason }: CloseCode): void {
  // Some libraries throw an error that nobody listens to, and closing may well lead to one.
  socket.addEventListener("error", () => {});
  if (instead === undefined) return socket.close(code, reason);
  try {
    socket.close(code, reason);
  } catch {
    socket.close(instead, reason);
  }
}

/** The listeners of a socket, to be taken back together. */
export interface SocketListeners {
  open?(): void;
  message(data: unknown): void;
  close(): void;
  error(event: unknown): void;
}

/** Listens to a socket until the returned function is called. */
export function listenTo(socket: WebSocketLike, listeners: SocketListeners): () => void {
  const open = () => listeners.open?.();
  const message = ({ data }: { data: unknown }) => listeners.message(data);
  const close = () => listeners.close();
  const error = (event: unknown) => listeners.error(event);
  socket.addEventListener("open", open);
  socket.addEventListener("message", message);
  socket.addEventListener("close", close);
  socket.addEventListener("error", error);
  return () => {
    socket.removeEventListener("open", open);
    socket.removeEventListener("message", message);
    socket.removeEventListener("close", close);
    socket.removeEventListener("error", error);
  };
}

/** Makes an error of a socket's `error` event, which tells more or less by platform. */
export function socketError(event: unknown): Error {
  const { error, message } = event as { error?: unknown; message?: unknown };
  if (error instanceof Error) return error;
  return new Error(`WebSocket failed${typeof message === "string" ? `: ${message}` : ""}`);
}
