import type { Connection } from "./_connection.ts";
import { createConnectionControl, type SubscribeRules } from "./_connection-control.ts";
import { createMessageReader } from "./_message-reader.ts";
import type { Inbox, Transport } from "./_remote.ts";
import { createSubscriptions } from "./_subscriptions.ts";
import {
  type CloseCode,
  closeSocket,
  GOING_AWAY,
  listenTo,
  OPEN,
  SLOW_CONSUMER,
  socketError,
  TOO_LARGE,
  type WebSocketLike,
} from "./_websocket.ts";
import { encodeEnvelope } from "./_wire.ts";
import { EventTargetClosedError } from "./errors.ts";
import type { EventEnvelope } from "./types.ts";

/** What a server lets its clients do. */
export interface ServerRules extends SubscribeRules {
  readonly maxBufferedAmount: number;
  readonly maxMessageBytes: number;
  readonly onSlowConsumer?: ((connection: Connection) => void) | undefined;
  readonly mapIncoming?:
    | ((envelope: EventEnvelope, connection: Connection) => EventEnvelope | null)
    | undefined;
  readonly filterOutgoing?:
    | ((envelope: EventEnvelope, connection: Connection) => boolean)
    | undefined;
  report(error: unknown, connection?: Connection): void;
}

/** The connections of a server, as a transport. */
export interface ServerConnections extends Transport {
  readonly connections: ReadonlySet<Connection>;
  add(socket: WebSocketLike, context?: unknown): Connection;
}

/** Opens a server that has no connection yet. */
export function openServerConnections(inbox: Inbox, rules: ServerRules): ServerConnections {
  const { report } = rules;
  /** What ends listening to each connection that is open. */
  const open = new Map<Connection, () => void>();
  const connections = new Set<Connection>();
  const subscriptions = createSubscriptions<Connection>();
  const control = createConnectionControl(subscriptions, rules);
  let closed = false;

  function add(socket: WebSocketLike, context?: unknown): Connection {
    if (closed) {
      closeSocket(socket, GOING_AWAY);
      throw new EventTargetClosedError("Cannot add a connection: the server target is closed");
    }
    const connection: Connection = {
      socket,
      context,
      get topics() {
        return subscriptions.of(connection);
      },
      close: (code = 1000, reason = "") => end(connection, { code, reason }),
    };
    if (socket.readyState > OPEN) return connection;
    socket.binaryType = "arraybuffer";
    connections.add(connection);
    open.set(connection, listenTo(socket, listeners(connection)));
    return connection;
  }

  function listeners(connection: Connection) {
    return {
      message: createMessageReader(rules.maxMessageBytes, {
        event: (envelope) => open.has(connection) && receive(envelope, connection),
        control: (envelope) => open.has(connection) && control(envelope, connection),
        garbage: (error) => report(error, connection),
        tooLarge(error) {
          report(error, connection);
          end(connection, TOO_LARGE);
        },
      }),
      close: () => remove(connection),
      error(event: unknown) {
        report(socketError(event), connection);
        remove(connection);
      },
    };
  }

  function receive(envelope: EventEnvelope, connection: Connection): void {
    const { mapIncoming } = rules;
    const mapped = mapIncoming === undefined ? envelope : mapIncoming(envelope, connection);
    if (mapped !== null) inbox.deliver(mapped);
  }

  function send(bytes: ArrayBufferView, connection: Connection): void {
    const { socket } = connection;
    if (socket.readyState !== OPEN) return;
    if ((socket.bufferedAmount ?? 0) <= rules.maxBufferedAmount) return socket.send(bytes);
    end(connection, SLOW_CONSUMER);
    rules.onSlowConsumer?.(connection);
  }

  /** Closes a connection that nothing is to be heard of any more. */
  function end(connection: Connection, code: CloseCode): void {
    if (!remove(connection)) return;
    try {
      closeSocket(connection.socket, code);
    } catch (error) {
      report(error, connection);
    }
  }

  function remove(connection: Connection): boolean {
    open.get(connection)?.();
    subscriptions.removeAll(connection);
    connections.delete(connection);
    return open.delete(connection);
  }

  return {
    connections,
    add,
    send(envelope, topic) {
      const { filterOutgoing } = rules;
      const bytes = encodeEnvelope(envelope);
      for (const connection of subscriptions.to(topic)) {
        try {
          if (filterOutgoing !== undefined && !filterOutgoing(envelope, connection)) continue;
          send(bytes, connection);
        } catch (error) {
          report(error, connection);
        }
      }
    },
    close() {
      closed = true;
      for (const connection of connections) end(connection, GOING_AWAY);
    },
  };
}
