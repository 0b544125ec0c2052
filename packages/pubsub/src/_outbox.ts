import { FifoQueue } from "./_fifo.ts";
import type { WebSocketLike } from "./_websocket.ts";
import { QueueFullError } from "./errors.ts";

/** An encoded event on its way out. */
export interface OutgoingMessage {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly topic: string;
}

/** Sends messages in order, and keeps a bounded number of them while there is no connection. */
export interface Outbox {
  /**
   * Sends a message through `socket`, or keeps it when there is none.
   *
   * @throws {QueueFullError} when too much waits already.
   */
  send(message: OutgoingMessage, socket: WebSocketLike | undefined): void;
  /** Sends what was kept; what a socket refuses stays. */
  flush(socket: WebSocketLike): void;
  /** Forgets what was kept. */
  clear(): void;
}

/** Makes an empty outbox. */
export function createOutbox(
  { maxQueue, maxBufferedAmount }: { maxQueue: number; maxBufferedAmount: number },
): Outbox {
  const queue = new FifoQueue<OutgoingMessage>();
  return {
    send(message, socket) {
      if (socket === undefined) {
        if (queue.length >= maxQueue) throw full(message, `${maxQueue} events wait to be sent`);
        queue.push(message);
        return;
      }
      if ((socket.bufferedAmount ?? 0) > maxBufferedAmount) {
        throw full(message, `more than ${maxBufferedAmount} bytes wait in the socket`);
      }
      socket.send(message.bytes);
    },
    flush(socket) {
      for (let next = queue.peek(); next !== undefined; next = queue.peek()) {
        socket.send(next.bytes);
        queue.shift();
      }
    },
    clear: () => queue.clear(),
  };
}

function full({ topic }: OutgoingMessage, reason: string): QueueFullError {
  return new QueueFullError(`Cannot dispatch ${topic}: ${reason}`);
}
