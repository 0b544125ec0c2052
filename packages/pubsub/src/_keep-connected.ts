import type { Backoff } from "./_backoff.ts";
import {
  closeSocket,
  listenTo,
  NORMAL,
  OPEN,
  socketError,
  type WebSocketLike,
} from "./_websocket.ts";

/** Where sockets come from. */
export interface SocketSource {
  open(): WebSocketLike;
  /** Whether the sockets are ours to close. */
  readonly owned: boolean;
}

/** What a connection that is kept is made of. */
export interface KeepConnectedParts {
  readonly source: SocketSource;
  /** Waits before connecting again; without, a lost connection is the end. */
  readonly backoff: Backoff | undefined;
  readonly onStatus: ((status: "connecting" | "open" | "closed") => void) | undefined;
  readonly report: (error: unknown) => void;
  /** The connection is open, for the first time or again. */
  onOpen(socket: WebSocketLike): void;
  /** Makes what takes the messages of one socket. */
  createReader(): (data: unknown) => void;
}

/** A connection that is made anew when it is lost. */
export interface KeptConnection {
  /** The socket, while it is open. */
  readonly socket: WebSocketLike | undefined;
  /** Whether it is gone for good. */
  readonly ended: boolean;
  /** Ends it. */
  close(): void;
}

/** Connects, and connects again. */
export function keepConnected(parts: KeepConnectedParts): KeptConnection {
  const { source, backoff, report } = parts;
  let socket: WebSocketLike | undefined;
  let isOpen = false;
  let ended = false;
  let detach = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;

  function tell(status: "connecting" | "open" | "closed"): void {
    try {
      parts.onStatus?.(status);
    } catch (error) {
      report(error);
    }
  }

  function connect(): void {
    const made = socket = source.open();
    made.binaryType = "arraybuffer";
    detach = listenTo(made, {
      open: () => opened(made),
      message: parts.createReader(),
      close: lost,
      error: (event) => report(socketError(event)),
    });
    if (made.readyState === OPEN) opened(made);
    else if (made.readyState > OPEN) lost();
    else tell("connecting");
  }

  function opened(made: WebSocketLike): void {
    if (isOpen || ended) return;
    isOpen = true;
    backoff?.reset();
    try {
      parts.onOpen(made);
    } catch (error) {
      report(error); // lost again already
    }
    tell("open");
  }

  function lost(): void {
    detach();
    isOpen = false;
    socket = undefined;
    if (ended) return;
    ended = backoff === undefined;
    tell("closed");
    // The one who was told may have closed it all.
    if (backoff !== undefined && !ended) timer = setTimeout(reconnect, backoff.next());
  }

  function reconnect(): void {
    try {
      connect();
    } catch (error) {
      report(error);
      lost();
    }
  }

  connect();
  return {
    get socket() {
      return isOpen && socket?.readyState === OPEN ? socket : undefined;
    },
    get ended() {
      return ended;
    },
    close() {
      if (ended) return;
      ended = true;
      isOpen = false;
      clearTimeout(timer);
      detach();
      if (source.owned && socket !== undefined) closeSocket(socket, NORMAL);
      socket = undefined;
      tell("closed");
    },
  };
}
