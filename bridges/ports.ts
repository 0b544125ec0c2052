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
}

/** Somebody who is let in no more. */
export interface Revoked {
  /** Whether it is about this caller. */
  readonly concerns: (caller: Caller) => boolean;
  /** One of somebody's credentials, or somebody altogether. */
  readonly what: "credential" | "identity";
}

/** Knows who may come in. */
export interface Admission {
  /** Who a bearer token stands for. */
  resolve(token: string): Caller | null;
  /** Who a ticket stands for, which is good for once and for pages of `origin`. */
  redeemTicket(ticket: string, origin: string | null): Promise<Caller | null>;
  /** Tells of everybody who is let in no more; the result ends that. */
  onRevoked(listener: (revoked: Revoked) => void): () => void;
}

/** A node that is connected, as routing sees it. */
export interface ConnectedPeer {
  readonly peerId: string;
  readonly session: CallSession;
  /** Ends the connection, with a WebSocket close code. */
  readonly close: (code: number, reason: string) => void;
}

/** Knows the nodes that are connected, and what they offer. */
export interface Peers {
  /**
   * Asks a node what it offers, and makes that reachable until the result is called.
   *
   * @throws {Error} when what it offers cannot be taken; nothing of it is reachable then.
   */
  attach(peer: ConnectedPeer): Promise<() => void>;
}
