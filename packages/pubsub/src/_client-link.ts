import { keepConnected, type KeepConnectedParts, type KeptConnection } from "./_keep-connected.ts";
import { createMessageReader } from "./_message-reader.ts";
import { createOutbox } from "./_outbox.ts";
import type { Inbox, Transport } from "./_remote.ts";
import type { WebSocketLike } from "./_websocket.ts";
import { encodeEnvelope } from "./_wire.ts";
import { EventTargetClosedError } from "./errors.ts";

/** What a link to a server is made of. */
export interface ClientLinkParts extends Omit<KeepConnectedParts, "onOpen" | "createReader"> {
  readonly maxQueue: number;
  readonly maxBufferedAmount: number;
  readonly maxMessageBytes: number;
}

/** Connects to a server, again and again, and keeps it informed of who listens here. */
export function openClientLink(inbox: Inbox, parts: ClientLinkParts): Transport {
  const outbox = createOutbox(parts);
  const createReader = () =>
    createMessageReader(parts.maxMessageBytes, {
      event: (envelope) => inbox.deliver(envelope),
      control() {}, // a server has nothing to control here
      garbage: parts.report,
      tooLarge: parts.report,
    });
  const connection: KeptConnection = keepConnected({
    ...parts,
    createReader,
    onOpen(socket) {
      // Topics first: the answer to an event that waited must find its subscription.
      for (const topic of inbox.topics()) sendControl("__subscribe", topic, socket);
      outbox.flush(socket);
    },
  });

  /** Tells an open server what is wanted; one that is not open is told when it is. */
  function control(type: ControlType, topic: string): void {
    const { socket } = connection;
    if (socket === undefined) return;
    try {
      sendControl(type, topic, socket);
    } catch (error) {
      parts.report(error);
    }
  }

  return {
    send(envelope, topic) {
      const bytes = encodeEnvelope(envelope);
      if (connection.ended) {
        throw new EventTargetClosedError(`Cannot dispatch ${topic}: the connection is gone`);
      }
      outbox.send({ bytes, topic }, connection.socket);
    },
    subscribe: (topic) => control("__subscribe", topic),
    unsubscribe: (topic) => control("__unsubscribe", topic),
    close() {
      connection.close();
      outbox.clear();
    },
  };
}

type ControlType = "__subscribe" | "__unsubscribe";

function sendControl(type: ControlType, topic: string, socket: WebSocketLike): void {
  socket.send(encodeEnvelope({ type, id: topic, payload: null }));
}
