/**
 * Programs on a hub: spokes, which offer operations, and clients, which only call.
 *
 * {@linkcode operation} defines what a spoke offers, {@linkcode connectSpoke} connects it and keeps it
 * connected. {@linkcode connectClient} connects what has nothing to offer, pages in browsers included.
 *
 * @module
 */
export type { Loss, ReconnectOptions } from "./backoff.ts";
export type { Client } from "./client.ts";
export { type ClientOptions, connectClient } from "./connect_client.ts";
export type { ConnectOptions, KeySource } from "./connect_options.ts";
export { connectSpoke, type Spoke, type SpokeOptions } from "./connect_spoke.ts";
export type { CloseOptions, Patience } from "./link.ts";
export {
  type HandlerCallOptions,
  type LibraryOperation,
  operation,
  type OperationOptions,
  type SpokeContext,
  type SpokeOperation,
} from "./operation.ts";
export type { Renewal } from "./renewal.ts";
export type { Remote, RemoteCallOptions, SubscribeOptions } from "./remote.ts";
export type { AnySchema, Parsed, StandardResult, StandardSchema, Unparsed } from "./schema.ts";
export type { SocketEvent, WebSocketConstructor, WebSocketLike } from "./socket.ts";
export type { ConnectionStatus } from "./status.ts";
export type { OnProgress, ProgressReport } from "../progress.ts";
export { type TraceContext, traceparent } from "../trace.ts";
