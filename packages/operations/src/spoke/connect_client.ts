/**
 * Connects a program that only calls.
 *
 * @module
 */
import { monotonicClock } from "../clock.ts";
import { type Client, createClient } from "./client.ts";
import {
  type ConnectOptions,
  keyCredential,
  type KeySource,
  linkOptions,
} from "./connect_options.ts";
import { openLink } from "./link.ts";

/** How a client shows who it is. */
export type ClientOptions =
  & ConnectOptions
  & (
    /** For programs. A page cannot send it: its WebSocket takes no headers. */
    | { readonly key: KeySource; readonly ticket?: undefined }
    /** For pages. A ticket is good for one connection, so each one asks for another. */
    | { readonly ticket: () => string | Promise<string>; readonly key?: undefined }
  );

/**
 * Connects to a hub without offering anything. As {@linkcode connectSpoke} it connects again whenever
 * the connection is lost, and calls wait for it.
 *
 * @throws {TypeError} if an address is none, the platform has no WebSocket, or a page shows a key.
 *
 * @example
 * ```ts
 * import { rejects } from "node:assert/strict";
 * import { connectClient } from "@alkdev/operations/spoke";
 *
 * const client = connectClient({ url: "ws://127.0.0.1:9/ws", key: "a key" }); // nobody is there
 * await rejects(client.call("/services/list", {}, { timeoutMs: 100 }), { code: "TIMEOUT" });
 * await client.close();
 * ```
 */
export function connectClient(options: ClientOptions): Client {
  const { key, ticket, limits, clock = monotonicClock } = options;
  if (key !== undefined && options.WebSocket === undefined && "document" in globalThis) {
    throw new TypeError("Cannot connect: a page cannot send a key, use a ticket");
  }
  const credential = key === undefined
    ? async () => ({ ticket: await ticket() })
    : keyCredential(key);
  const link = openLink({
    ...linkOptions(options, credential),
    isNode: false,
    session: limits === undefined ? {} : { limits },
  });
  return createClient(link, clock);
}
