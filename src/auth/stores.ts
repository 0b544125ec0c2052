/**
 * What identity asks of a database. Each change is stored together with its audit row and told to
 * every node, or none of that happens.
 *
 * Whatever is asked may throw a `CallError`: `UNAVAILABLE` while the database is away, and what the
 * methods name.
 *
 * @module
 */
import type { Page, PageRequest } from "../storage/cursor.ts";
import type {
  Actor,
  ApiKey,
  AuditRow,
  Grant,
  Peer,
  PeerRole,
  RateLimit,
  RegistrationToken,
  Resources,
  Role,
  StoredCredential,
} from "./records.ts";

/** Who changes something, and whether they may. */
export interface ChangeOptions {
  readonly actor: Actor;
  /**
   * Told what the affected rights come to, before anything is stored. To throw is to refuse.
   */
  readonly permit: (scopes: readonly string[], resources?: Resources) => void;
}

/** A key to be stored. */
export interface NewApiKey extends Grant {
  readonly prefix: string;
  readonly hash: string;
  readonly name: string;
  readonly description: string;
  readonly expiresAt: Date | null;
  readonly limit: RateLimit | null;
}

/** What is changed of a key; what is absent stays. */
export interface ApiKeyChange {
  readonly name?: string;
  readonly description?: string;
  readonly ownScopes?: string[];
  readonly roles?: string[];
  readonly expiresAt?: Date | null;
  readonly enabled?: boolean;
  readonly limit?: RateLimit | null;
}

/** The keys of callers. */
export interface ApiKeys {
  insert(key: NewApiKey, options: ChangeOptions): Promise<ApiKey>;
  find(prefix: string): Promise<ApiKey | undefined>;
  /** Newest first; by name where a beginning of names is given. */
  list(request: PageRequest & { readonly name?: string | undefined }): Promise<Page<ApiKey>>;
  /** @throws {CallError} `KEY_NOT_FOUND`; `CONFLICT` for a revoked key. */
  update(prefix: string, change: ApiKeyChange, options: ChangeOptions): Promise<ApiKey>;
  /** For ever. @throws {CallError} `KEY_NOT_FOUND`. */
  revoke(prefix: string, options: ChangeOptions): Promise<ApiKey>;
  /**
   * Stores a key like an old one, which ends at `graceEndsAt` at the latest.
   *
   * @throws {CallError} `KEY_NOT_FOUND`; `CONFLICT` for a key that no longer opens anything.
   */
  rotate(
    prefix: string,
    next: { readonly prefix: string; readonly hash: string; readonly graceEndsAt: Date },
    options: ChangeOptions,
  ): Promise<ApiKey>;
}

/** A peer to be stored. */
export interface NewPeer extends Grant {
  readonly peerId: string;
  readonly role: PeerRole;
  readonly displayName: string | null;
  readonly resources: Resources;
  readonly fingerprints: string[];
  readonly limit: RateLimit | null;
}

/** What is changed of a peer; what is absent stays. */
export interface PeerChange {
  readonly role?: PeerRole;
  readonly displayName?: string | null;
  readonly ownScopes?: string[];
  readonly roles?: string[];
  readonly resources?: Resources;
  readonly enabled?: boolean;
  readonly limit?: RateLimit | null;
}

/** A token for a peer, and what becomes of the others. */
export interface NewPeerToken {
  readonly prefix: string;
  readonly hash: string;
  readonly notAfter: Date | null;
  /** Until when the peer's other tokens still open; absent: they stay as they are. */
  readonly othersEndAt?: Date | undefined;
}

/** A token that takes the place of others. */
export interface RenewedToken {
  /** The credential that was shown for it: a token of the peer that ends some day, or a fingerprint. */
  readonly by: string;
  readonly prefix: string;
  readonly hash: string;
  readonly notAfter: Date;
  /** Until when the others still open. */
  readonly othersEndAt: Date;
  readonly now: Date;
}

/** Nodes and long-lived clients. All but `insert` and `list` may throw `PEER_NOT_FOUND`. */
export interface Peers {
  /** @throws {CallError} `CONFLICT` for an id that is or was taken, or a fingerprint that is. */
  insert(peer: NewPeer, options: ChangeOptions): Promise<Peer>;
  find(peerId: string): Promise<Peer | undefined>;
  list(request: PageRequest): Promise<Page<Peer>>;
  update(peerId: string, change: PeerChange, options: ChangeOptions): Promise<Peer>;
  /** Ends the peer and all of its credentials; its id is never given again. */
  remove(peerId: string, options: ChangeOptions): Promise<void>;
  addToken(peerId: string, token: NewPeerToken, options: ChangeOptions): Promise<Peer>;
  /**
   * Stores a token that takes the place of those that would end some day; those that would not stay.
   *
   * @throws {CallError} `CONFLICT` where many of them have not ended yet; `PEER_NOT_FOUND` also for a
   *   peer that is disabled, or has the credential no more.
   */
  renewToken(peerId: string, token: RenewedToken, options: ChangeOptions): Promise<Peer>;
  /** @throws {CallError} `CONFLICT` for a fingerprint that leads to another peer. */
  addFingerprint(peerId: string, fingerprint: string, options: ChangeOptions): Promise<Peer>;
  /** Takes a token, by its prefix, or a fingerprint away. */
  removeCredential(peerId: string, credential: string, options: ChangeOptions): Promise<Peer>;
}

/** Names for several scopes. */
export interface Roles {
  list(): Promise<Role[]>;
  /** @throws {CallError} `CONFLICT` for a name that is taken. */
  insert(
    role: { readonly name: string; readonly description: string; readonly scopes: string[] },
    options: ChangeOptions,
  ): Promise<Role>;
  /** Changes what every holder may do. @throws {CallError} `ROLE_NOT_FOUND`; `CONFLICT` if built in. */
  update(
    name: string,
    change: { readonly description?: string; readonly scopes?: string[] },
    options: ChangeOptions,
  ): Promise<Role>;
  /** Takes it from every holder. @throws {CallError} `ROLE_NOT_FOUND`; `CONFLICT` if built in. */
  remove(name: string, options: ChangeOptions): Promise<void>;
}

/** A registration token to be stored. */
export interface NewRegistrationToken extends Grant {
  readonly prefix: string;
  readonly hash: string;
  readonly peerId: string;
  readonly role: PeerRole;
  readonly resources: Resources;
  readonly replace: boolean;
  readonly expiresAt: Date;
}

/** A worker that presents its registration token; the proof has been checked. */
export interface Enrolment {
  readonly prefix: string;
  /** Whether the token's hash is the one that is stored; asked in any case. */
  readonly matches: (hash: string | undefined) => boolean;
  readonly fingerprint: string;
  readonly nonce: string;
  readonly displayName: string | null;
  readonly session: { readonly prefix: string; readonly hash: string; readonly notAfter: Date };
  readonly now: Date;
}

/** What an enrolment came to. */
export type EnrolmentResult =
  | { readonly ok: true; readonly peerId: string; readonly scopes: string[] }
  | {
    readonly ok: false;
    readonly code: "INVALID_TOKEN" | "EXPIRED_TOKEN" | "ALREADY_ENROLLED" | "INVALID_PROOF";
  };

/** One-time tokens. */
export interface Registrations {
  /** @throws {CallError} `CONFLICT` for a peer that is there and not to be replaced. */
  insert(token: NewRegistrationToken, options: ChangeOptions): Promise<RegistrationToken>;
  list(request: PageRequest): Promise<Page<RegistrationToken>>;
  /** @throws {CallError} `REGISTRATION_NOT_FOUND`. */
  revoke(prefix: string, options: ChangeOptions): Promise<RegistrationToken>;
  /** Consumes the token and makes the peer, in one step. */
  enrol(enrolment: Enrolment): Promise<EnrolmentResult>;
}

/** Which rows of the audit trail. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly subject?: string | undefined;
  readonly action?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/** What was changed or refused, and by whom. */
export interface AuditTrail {
  /** Newest first. */
  list(request: PageRequest & AuditFilter): Promise<Page<AuditRow>>;
  /** Notes what changed nothing, such as a refusal. */
  record(entry: {
    readonly actor: Actor;
    readonly action: string;
    readonly subject: { readonly kind: string; readonly id: string };
    readonly details?: Record<string, unknown>;
  }): Promise<void>;
  /** Removes rows from before a moment, the oldest first; how many it were, `limit` at most. */
  removeOldest(which: { readonly before: Date; readonly limit: number }): Promise<number>;
}

/** Credentials, by what is public of them. */
export interface CredentialLookup {
  /** By the prefix of a key or of a peer's token, or by a fingerprint. */
  find(credential: string): Promise<StoredCredential | undefined>;
  /** Replaces the hash of a token, unless somebody else has. */
  replaceHash(
    credential: string,
    change: { readonly before: string; readonly after: string },
  ): Promise<void>;
  /** Notes when credentials were last used; an older time never replaces a newer one. */
  markUsed(used: ReadonlyMap<string, Date>): Promise<void>;
}

/** What a first start finds or makes. */
export interface Installation {
  /**
   * Claims the database for the hash key, and brings the built-in roles up to date.
   *
   * @throws {Error} if the database belongs to another hash key.
   */
  open(options: {
    readonly hashKeyCheck: string;
    /** Of the hash key before: a database that belongs to it is claimed as well. */
    readonly previousCheck: string | undefined;
    /** Of the one to come: a database that belongs to it already is used as it is. */
    readonly nextCheck: string | undefined;
    readonly rolesRevision: number;
    readonly builtInRoles: readonly {
      readonly name: string;
      readonly description: string;
      readonly scopes: string[];
    }[];
  }): Promise<void>;
  /** Stores the first key if there never was one; whether it did. One of several nodes does. */
  insertFirstKey(key: NewApiKey): Promise<boolean>;
}

/** All of it. */
export interface IdentityStores {
  readonly keys: ApiKeys;
  readonly peers: Peers;
  readonly roles: Roles;
  readonly registrations: Registrations;
  readonly audit: AuditTrail;
  readonly credentials: CredentialLookup;
  readonly installation: Installation;
}
