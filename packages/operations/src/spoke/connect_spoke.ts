/**
 * Connects a program that offers operations.
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
import { createRenewing, type Renewal } from "./renewal.ts";
import type { LibraryOperation, SpokeOperation } from "./operation.ts";
import { serve } from "./serve.ts";

/** A spoke. */
export interface SpokeOptions extends ConnectOptions {
  /** What was given out when this spoke was enrolled. */
  readonly key: KeySource;
  /** How the key is renewed, if it ends some day. Default: not at all. */
  readonly renewal?: Renewal;
  /** What it offers: {@linkcode operation}s, or those that the library made of something else. */
  readonly operations: readonly (SpokeOperation | LibraryOperation)[];
  /**
   * The scopes that the hub holds here. Default: all that the operations ask for. The scopes of an
   * operation are asked of the hub's callers in any case, by the hub.
   */
  readonly hubScopes?: readonly string[];
}

/** A spoke that is connected, or about to be. */
export type Spoke = Client;

/**
 * Connects to a hub and offers operations there, for as long as the program runs: whenever the
 * connection is lost, it is made anew. Resolves before there is a connection: whether the hub is
 * there is told by `onStatus` and `online()`, and calls wait for it.
 *
 * @throws {TypeError} if an operation cannot be offered, an address is none, or the platform has no
 * WebSocket.
 *
 * @example
 * ```ts
 * import { rejects, strictEqual } from "node:assert/strict";
 * import { connectSpoke, operation } from "@alkdev/operations/spoke";
 * import { Type } from "@sinclair/typebox";
 *
 * const spoke = await connectSpoke({
 *   url: "ws://127.0.0.1:9/ws", // nobody is there
 *   key: "a key",
 *   operations: [operation({
 *     name: "text/upper",
 *     input: Type.Object({ text: Type.String() }),
 *     handler: ({ text }) => text.toUpperCase(),
 *   })],
 * });
 * await rejects(spoke.call("/services/list", {}, { timeoutMs: 100 }), { code: "TIMEOUT" });
 * await spoke.close();
 * strictEqual(spoke.status.state, "closed");
 * ```
 */
export async function connectSpoke(options: SpokeOptions): Promise<Spoke> {
  const { key, renewal, operations, hubScopes, limits, clock = monotonicClock } = options;
  const { random } = options;
  const renewing = renewal && createRenewing({ ...renewal, key, clock, random });
  const common = linkOptions(options, keyCredential(renewing ? () => renewing.key() : key));
  const { dispatcher, hub } = await serve({
    ...{ operations, hubScopes, clock },
    remote: () => spoke,
  });
  const link = openLink({
    ...common,
    ...(renewing && {
      onRefused: renewing.refused,
      onClose: renewing.close,
      onStatus(status) {
        if (status.state === "online") renewing.watch(spoke);
        else renewing.stop();
        common.onStatus(status);
      },
    }),
    isNode: true,
    session: { dispatcher, identity: hub, ...(limits === undefined ? {} : { limits }) },
  });
  const spoke = createClient(link, clock);
  return spoke;
}
