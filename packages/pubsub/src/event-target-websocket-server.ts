/**
 * Events over WebSockets, the server's side.
 *
 * @module
 */
import { messageLimit, positiveLimit } from "./_limits.ts";
import { connectEventTarget } from "./_remote.ts";
import { createReporter } from "./_report.ts";
import type { Connection } from "./_connection.ts";
import {
  openServerConnections,
  type ServerConnections,
  type ServerRules,
} from "./_server-connections.ts";
import type { WebSocketLike } from "./_websocket.ts";
import type { EventEnvelope, TypedEvent, TypedEventTarget } from "./types.ts";

export type { Connection } from "./_connection.ts";
export type { WebSocketLike } from "./_websocket.ts";

/** How a WebSocket server target is made. */
export interface WebSocketServerEventTargetOptions {
  /** Bytes that may wait in a connection's socket; 0 for any number. Default 1 MiB. */
  maxBufferedAmount?: number | undefined;
  /** How many topics a connection may subscribe. Default 1,024. */
  maxTopicsPerConnection?: number | undefined;
  /** How large a received message may be. Default 8 MiB. */
  maxMessageBytes?: number | undefined;
  /** Told what had nobody to be thrown at, and on which connection. */
  onError?: ((error: unknown, connection?: Connection) => void) | undefined;
  /** Told of a connection that is closed because it takes too little. */
  onSlowConsumer?: ((connection: Connection) => void) | undefined;
  /** Whether a connection may subscribe a topic. Default: any. */
  authorizeSubscribe?: ((topic: string, connection: Connection) => boolean) | undefined;
  /** Replaces an event that came in, or drops it by `null`. */
  mapIncoming?:
    | ((envelope: EventEnvelope, connection: Connection) => EventEnvelope | null)
    | undefined;
  /** Whether a connection gets an event of a topic that it subscribed. Default: yes. */
  filterOutgoing?: ((envelope: EventEnvelope, connection: Connection) => boolean) | undefined;
}

/** An event target over the WebSockets of a server. */
export interface WebSocketServerEventTarget<TEvent extends TypedEvent>
  extends TypedEventTarget<TEvent> {
  /**
   * Takes a socket in, already authenticated; `context` is whatever the host knows of it.
   *
   * @throws {EventTargetClosedError} when the target is closed; the socket is closed, too.
   */
  addConnection(socket: WebSocketLike, context?: unknown): Connection;
  /** The connections that are open. */
  readonly connections: ReadonlySet<Connection>;
  /** Closes all connections. */
  close(): void;
  /** How many errors had nobody to be thrown at. */
  readonly errorCount: number;
}

/**
 * Makes an event target of the sockets that a host hands in.
 *
 * An event that is dispatched goes to the connections that subscribed its topic, and not to the
 * listeners here; an event that comes in goes to the listeners here, and not to other connections.
 *
 * @throws {TypeError} when an option is none.
 *
 * @example A server that says who asked
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { createPubSub } from "@alkdev/pubsub";
 * import { createWebSocketClientEventTarget } from "@alkdev/pubsub/event-target-websocket-client";
 * import { createWebSocketServerEventTarget } from "@alkdev/pubsub/event-target-websocket-server";
 *
 * type Events = { whoami: null; you: unknown };
 *
 * const target = createWebSocketServerEventTarget({
 *   mapIncoming: (envelope, { context }) => ({ ...envelope, payload: context }),
 * });
 * const here = createPubSub<Events>({ eventTarget: target });
 * here.listen("whoami", "", ({ payload }) => here.publish("you", "", payload));
 * const server = Deno.serve({ port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   target.addConnection(socket, "guest");
 *   return response;
 * });
 *
 * const url = `ws://localhost:${server.addr.port}`;
 * const clientTarget = createWebSocketClientEventTarget({ url });
 * const there = createPubSub<Events>({ eventTarget: clientTarget });
 * const answer = there.subscribe("you", "").next();
 * there.publish("whoami", "", null);
 * strictEqual((await answer).value?.payload, "guest");
 *
 * clientTarget.close();
 * await server.shutdown();
 * ```
 */
export function createWebSocketServerEventTarget<TEvent extends TypedEvent>(
  options: WebSocketServerEventTargetOptions = {},
): WebSocketServerEventTarget<TEvent> {
  const errors = createReporter<Connection>(options.onError);
  const rules: ServerRules = {
    ...options,
    maxBufferedAmount: bufferLimit(options.maxBufferedAmount),
    maxTopics: positiveLimit(options.maxTopicsPerConnection ?? 1024, "maxTopicsPerConnection"),
    maxMessageBytes: messageLimit(options.maxMessageBytes),
    report: errors.report,
  };
  const { target, transport } = connectEventTarget<TEvent, ServerConnections>("WebSocket server", {
    errors,
    connect: (inbox) => openServerConnections(inbox, rules),
  });
  return {
    ...target,
    addConnection: transport.add,
    connections: transport.connections,
    get errorCount() {
      return errors.count;
    },
  };
}

function bufferLimit(bytes: number = 1024 * 1024): number {
  return bytes === 0 ? Infinity : positiveLimit(bytes, "maxBufferedAmount");
}
