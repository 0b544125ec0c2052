/**
 * What keeping secrets asks of a database. Nothing that passes here can be read without a key.
 *
 * @module
 */
import type { EnvelopeBytes, KeyRingData } from "../crypto/mod.ts";

/** Which credential. */
export interface CredentialKey {
  readonly provider: string;
  /** Empty: shared by all. */
  readonly account: string;
}

/** A credential as it is stored. */
export interface StoredCredential extends CredentialKey, EnvelopeBytes {
  readonly kind: string;
  readonly expiresAt: Date | null;
}

/** What may be shown of a credential. */
export interface CredentialName extends CredentialKey {
  readonly kind: string;
  readonly keyVersion: number;
  readonly expiresAt: Date | null;
  readonly updatedAt: Date;
}

/** Who sets or deletes, for the audit trail. */
export interface Author {
  readonly kind: "key" | "peer" | "operator" | "hub";
  readonly id: string;
}

/** Some of the credentials, in the order of their keys. */
export interface PageOfCredentials {
  readonly limit: number;
  /** The last key of the page before. */
  readonly after?: CredentialKey | undefined;
}

/** Credentials, encrypted. Every change is told to whoever listens, in its own transaction. */
export interface CredentialRows {
  /** All of them: there are as many as there are services. */
  all(): Promise<StoredCredential[]>;
  /**
   * Adds one or replaces it.
   *
   * False, and nothing is written, when its key version has been retired meanwhile.
   */
  put(credential: StoredCredential, by: Author): Promise<boolean>;
  /** Whether there was one. */
  delete(key: CredentialKey, by: Author): Promise<boolean>;
  list(page: PageOfCredentials): Promise<CredentialName[]>;
  /** Those that are not encrypted with `version`. */
  notAt(version: number, page: PageOfCredentials): Promise<StoredCredential[]>;
  /** Replaces an envelope unless somebody else has; false then. */
  replaceIfSame(before: StoredCredential, after: EnvelopeBytes): Promise<boolean>;
  /** How many there are of each key version. */
  countByVersion(): Promise<ReadonlyMap<number, number>>;
}

/** How a ring is changed. */
export interface ReplaceRing {
  /** The ring that was changed; undefined when there was none. */
  readonly before: KeyRingData | undefined;
  readonly after: KeyRingData;
}

/** The key ring of the database. */
export interface KeyRingStore {
  load(): Promise<KeyRingData | undefined>;
  /**
   * Replaces the ring unless somebody else has, or a key that is retired by it still has envelopes;
   * false then. Whoever listens is told in the same transaction.
   */
  replace(change: ReplaceRing): Promise<boolean>;
}
