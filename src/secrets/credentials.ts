/**
 * Secrets of other services: set and deleted by callers, used by the hub's own handlers, and read
 * by nobody.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { CryptoError, envelopeBytes, envelopeOf } from "../crypto/mod.ts";
import { type CredentialSet, parseCredentialSet } from "./credential_set.ts";
import type { HubRing } from "./hub_ring.ts";
import type {
  Author,
  CredentialKey,
  CredentialName,
  CredentialRows,
  PageOfCredentials,
  StoredCredential,
} from "./ports.ts";

/** How a provider or an account may be called: neither can pretend to be the other. */
export const PROVIDER_PATTERN = "^[a-z0-9][a-z0-9._-]{0,62}$";

/** The place to which the envelope of a credential is bound. */
export function credentialContext({ provider, account }: CredentialKey): string {
  return account === "" ? `credential:${provider}` : `credential:${provider}/${account}`;
}

/** A credential to be stored. */
export interface NewCredential extends CredentialKey {
  readonly set: CredentialSet;
  readonly expiresAt?: Date | null;
}

/** The part that operations see: nothing of it returns a secret. */
export interface CredentialBook {
  set(credential: NewCredential, by: Author): Promise<void>;
  /** Whether there was one. */
  delete(key: CredentialKey, by: Author): Promise<boolean>;
  list(page: PageOfCredentials): Promise<CredentialName[]>;
}

/** The part that assembly holds, and hands to no handler. */
export interface CredentialSource {
  /** Decrypts one; undefined when there is none. */
  read(key: CredentialKey): Promise<CredentialSet | undefined>;
  /** Decrypts all; what does not open is named in `failed`, and is no reason to stop. */
  readAll(): Promise<ReadCredentials>;
}

/** A credential that was decrypted. */
export interface ReadCredential extends CredentialKey {
  readonly set: CredentialSet;
  readonly expiresAt: Date | null;
}

/** What could be decrypted, and the places of what could not. */
export interface ReadCredentials {
  readonly sets: readonly ReadCredential[];
  readonly failed: readonly string[];
}

/** What credentials are kept with. */
export interface CredentialsOptions {
  readonly rows: CredentialRows;
  readonly ring: HubRing;
}

function isSameEnvelope(a: StoredCredential, b: StoredCredential): boolean {
  return a.keyVersion === b.keyVersion && a.iv.toHex() === b.iv.toHex();
}

/** Keeps credentials encrypted. */
export function createCredentials(
  { rows, ring }: CredentialsOptions,
): CredentialBook & CredentialSource {
  const open = async (stored: StoredCredential) => {
    const text = await ring.decrypt(envelopeOf(stored), credentialContext(stored));
    const set = parseCredentialSet(text);
    if (set === undefined) {
      throw new CryptoError("MALFORMED", `Cannot read ${credentialContext(stored)}: unknown kind`);
    }
    return set;
  };
  const find = async ({ provider, account }: CredentialKey) =>
    (await rows.all()).find((it) => it.provider === provider && it.account === account);
  // Between reading a row and opening it a rotation may have replaced it, and erased its key.
  const openLatest = async (read: StoredCredential): Promise<CredentialSet | undefined> => {
    for (let stored = read;;) {
      try {
        return await open(stored);
      } catch (error) {
        const latest = await find(stored);
        if (latest === undefined) return undefined;
        if (isSameEnvelope(latest, stored)) throw error;
        stored = latest;
      }
    }
  };
  const seal = async ({ set, expiresAt = null, ...key }: NewCredential) => {
    const envelope = await ring.encrypt(JSON.stringify(set), credentialContext(key));
    const { provider, account } = key;
    return { provider, account, kind: set.kind, expiresAt, ...envelopeBytes(envelope) };
  };
  return {
    async set(credential, by) {
      if (await rows.put(await seal(credential), by)) return;
      // The key was retired since this node last looked at the ring.
      await ring.reload();
      if (await rows.put(await seal(credential), by)) return;
      // Changed once more meanwhile, or not to be read here: nothing is lost by trying later.
      throw new CallError("UNAVAILABLE", "the key ring is being changed", undefined, {
        retryable: true,
      });
    },
    delete: (key, by) => rows.delete(key, by),
    list: (page) => rows.list(page),
    async read(key) {
      const found = await find(key);
      return found === undefined ? undefined : await openLatest(found);
    },
    async readAll() {
      const sets: ReadCredential[] = [], failed: string[] = [];
      for (const stored of await rows.all()) {
        const { provider, account, expiresAt } = stored;
        try {
          const set = await openLatest(stored);
          if (set !== undefined) sets.push({ provider, account, set, expiresAt });
        } catch (error) {
          if (!(error instanceof CryptoError)) throw error;
          failed.push(credentialContext(stored)); // told by whoever asked, and no reason to stop
        }
      }
      return { sets, failed };
    },
  };
}
