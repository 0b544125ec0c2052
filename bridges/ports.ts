/**
 * All that bridges ask of the world.
 *
 * @module
 */
import type { CallSession, Identity } from "@alkdev/operations";

/** Somebody who has been let in. */
export interface Caller {
  readonly identity: Identity;
  /** A node has a name of its own and offers operations under it; a client only calls. */
  readonly role: "node" | "client";
  /** Names the credential that was shown, and tells nothing of it. */
  readonly credential: string;
  /** When the credential ends, in Unix milliseconds; `null` for one that does not. */
  readonly notAfterMs: number | null;
}

/** A value now, or later where somebody has to be asked. */
export type Soon<T> = T | Promise<T>;

/** Who somebody is by now, or what of them counts no more. */
export type Renewed =
  | { readonly caller: Caller }
  | { readonly gone: "credential" | "identity" };

/** Knows who may come in. All of it may throw a `CallError`, such as `UNAVAILABLE`. */
export interface Admission {
  /** Who a bearer token stands for; `source` is where it came from. */
  resolve(token: string, source: string): Soon<Caller | null>;
  /** Who a ticket stands for, which is good for once and for pages of `origin`. */
  redeemTicket(ticket: string, origin: string | null): Promise<Caller | null>;
  /** Who that is by now. */
  renew(caller: Caller): Promise<Renewed>;
  /** Tells when something about callers has changed; the result ends that. */
  onChange(listener: (concerns: (caller: Caller) => boolean) => void): () => void;
}

/** A node that is connected, as routing sees it. */
export interface ConnectedPeer {
  readonly peerId: string;
  /** Names this connection, of all that there ever are. */
  readonly connection: string;
  /** Names the credential with which it was opened. */
  readonly credential: string;
  readonly session: CallSession;
  /** Ends the connection, with a WebSocket close code. */
  readonly close: (code: number, reason: string) => void;
}

/** Knows the nodes that are connected, and what they offer. */
export interface Peers {
  /**
   * Asks a node what it offers, and makes that reachable until the result is called, with the code
   * with which the connection was closed.
   *
   * @throws {Error} when what it offers cannot be taken; nothing of it is reachable then.
   */
  attach(peer: ConnectedPeer): Promise<(code: number) => void>;
}
