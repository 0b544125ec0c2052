/**
 * What a connected program can do.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { CloseOptions, Link, Patience } from "./link.ts";
import { createRemote, type Remote } from "./remote.ts";
import type { ConnectionStatus } from "./status.ts";

/** A program that is connected, or about to be. */
export interface Client extends Remote {
  readonly status: ConnectionStatus;
  /**
   * Resolves when the hub answers; for a spoke, when its operations can be called.
   *
   * @throws {CallError} `TIMEOUT`, `ABORTED`, or that the program was closed.
   */
  online(patience?: Patience): Promise<void>;
  /** Takes no new requests, lets those that run end, and leaves for good. */
  close(options?: CloseOptions): Promise<void>;
}

/** Creates the client of a link. */
export function createClient(link: Link, clock: Clock): Client {
  return {
    ...createRemote(link, clock),
    get status() {
      return link.status;
    },
    async online(patience) {
      await link.session(patience);
    },
    close: (options) => link.close(options),
  };
}
