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
      return socket.bufferedAmount > FULL_BYTES ? drained() : undefined;
    },
    heard(data) {
      if (hasSpoken) return;
      hasSpoken = true;
      speaksText = typeof data === "string";
    },
    close: rest,
  };
}
