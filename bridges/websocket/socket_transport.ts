/**
 * Frames over one WebSocket: in the kind that the peer speaks, and no faster than it reads.
 *
 * @module
 */

/** Sends frames. */
export interface SocketTransport {
  /** Sends a frame; the promise, if there is one, settles once the socket can take more. */
  send(frame: string): Promise<void> | undefined;
  /** Learns from what the peer sends whether it speaks text or binary. */
  heard(data: unknown): void;
  /** Nothing waits any more. */
  close(): void;
}

/** Above it a frame waits for the socket to take what it has. */
const FULL_BYTES = 256 * 1024;
/** To ask a socket what it has costs as much as a small frame: it is asked once in so many characters. */
const ASK_CHARS = 16 * 1024;
/** Sockets tell nobody when they have sent something: a full one is looked at so often. */
const LOOK_MS = 5;

/** Sends frames over `socket`, which is open. */
export function createSocketTransport(
  socket: Pick<WebSocket, "send" | "bufferedAmount">,
): SocketTransport {
  const encoder = new TextEncoder();
  // Binary is the protocol's own kind; whoever speaks text has said so before anything is asked.
  let speaksText = false, hasSpoken = false;
  let draining: PromiseWithResolvers<void> | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  let sinceAsked = 0;

  function isFull(chars: number): boolean {
    sinceAsked += chars;
    // One that was full is asked each time, for it may be still.
    if (sinceAsked < ASK_CHARS && draining === undefined) return false;
    sinceAsked = 0;
    return socket.bufferedAmount > FULL_BYTES;
  }

  function drained(): Promise<void> {
    if (draining !== undefined) return draining.promise;
    draining = Promise.withResolvers();
    timer = setInterval(() => {
      if (socket.bufferedAmount <= FULL_BYTES) rest();
    }, LOOK_MS);
    return draining.promise;
  }

  function rest(): void {
    clearInterval(timer);
    draining?.resolve();
    draining = undefined;
  }

  return {
    send(frame) {
      socket.send(speaksText ? frame : encoder.encode(frame));
      return isFull(frame.length) ? drained() : undefined;
    },
    heard(data) {
      if (hasSpoken) return;
      hasSpoken = true;
      speaksText = typeof data === "string";
    },
    close: rest,
  };
}
