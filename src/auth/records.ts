/**
 * What is known of identities, as it is stored.
 *
 * @module
 */

/** Actions by type of resource. */
export type Resources = Record<string, string[]>;

/** How many requests an identity may make, where that differs from everybody's. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** What is granted: scopes one by one, and roles that stand for several. */
export interface Grant {
  readonly ownScopes: string[];
  readonly roles: string[];
}

/** A grant and what it comes to now. */
export interface Rights extends Grant {
  readonly scopes: string[];
}

/** A caller's key: an identity of its own. */
export interface ApiKey extends Rights {
  readonly prefix: string;
  readonly name: string;
  readonly description: string;
  readonly limit: RateLimit | null;
  readonly enabled: boolean;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly replacedBy: string | null;
  readonly lastUsedAt: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Whether a peer is a node of the call graph, or only calls. */
export type PeerRole = "node" | "client";

/** A bearer token of a peer, without what it opens. */
export interface PeerToken {
  readonly prefix: string;
  readonly notAfter: Date | null;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
}

/** A node or a client whose identity outlives its credentials. */
export interface Peer extends Rights {
  readonly peerId: string;
  readonly role: PeerRole;
  readonly displayName: string | null;
  readonly resources: Resources;
  readonly limit: RateLimit | null;
  readonly enabled: boolean;
  readonly fingerprints: string[];
  readonly tokens: PeerToken[];
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A name for several scopes. */
export interface Role {
  readonly name: string;
  readonly description: string;
  readonly scopes: string[];
  /** Comes with the hub and cannot be changed. */
  readonly builtIn: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A one-time token with which a worker becomes a peer. */
export interface RegistrationToken extends Grant {
  readonly prefix: string;
  readonly peerId: string;
  readonly role: PeerRole;
  readonly resources: Resources;
  readonly replace: boolean;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly consumedAt: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** A resource that somebody made, such as a session. */
export interface OwnedResource {
  readonly type: string;
  readonly id: string;
}

/** Who did something. */
export interface Actor {
  readonly kind: "key" | "peer" | "operator" | "hub" | "anonymous";
  readonly id: string;
  /** Whom the actor said to act for: a claim. */
  readonly claimedFor?: string | undefined;
  readonly requestId?: string | undefined;
}

/** One row of the audit trail. */
export interface AuditRow {
  readonly id: number;
  readonly at: Date;
  readonly actorKind: string;
  readonly actorId: string;
  readonly claimedFor: string | null;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly details: Record<string, unknown>;
  readonly requestId: string | null;
  readonly node: string;
}

/** Something about an identity has changed: what was known of it is old. */
export interface IdentityChange {
  /** `all` after a change that may touch every identity. */
  readonly kind: "key" | "peer" | "all";
  /** Prefix of the key, or id of the peer; empty for all. */
  readonly id: string;
}

/** What a credential leads to, as it is looked up when somebody presents it. */
export interface StoredCredential {
  /** Prefix of a token, or a fingerprint. */
  readonly credential: string;
  /** Keyed hash of the token; absent for a fingerprint. */
  readonly hash: string | undefined;
  readonly kind: "key" | "peer";
  /** Id of the identity: prefix of the key, or the peer's. */
  readonly id: string;
  readonly role: PeerRole;
  readonly scopes: string[];
  readonly resources: Resources;
  readonly limit: RateLimit | null;
  /** Neither disabled, revoked nor deleted. */
  readonly enabled: boolean;
  /** When it ends, if ever. */
  readonly notAfter: Date | null;
}
