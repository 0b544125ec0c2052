/**
 * The data keys of a hub, in use. They are held here and nowhere else, and cannot be read back.
 *
 * @module
 */
import { type Bytes, forget } from "./bytes.ts";
import { CryptoError } from "./crypto_error.ts";
import { type EncryptedData, FIRST_RING_VERSION } from "./encrypted_data.ts";
import { type KeyRingData, parseKeyRing } from "./key_ring_data.ts";
import type { MasterKey } from "./master_key.ts";
import { importKey, seal, unseal } from "./seal.ts";
import { unwrapKey } from "./wrap_key.ts";

/** Encrypts with the current key, decrypts with the key that an envelope names. */
export interface KeyRing {
  /** Version of the key that encrypts. */
  readonly current: number;
  /** Encrypts a text for the place `context`, such as `credential:openai`. */
  encrypt(plaintext: string, context: string): Promise<EncryptedData>;
  /**
   * Decrypts an envelope that stands in the place `context`.
   *
   * @throws {CryptoError} `UNKNOWN_KEY` for a version that is not in the ring or retired;
   * `DECRYPTION_FAILED` for whatever else.
   */
  decrypt(envelope: EncryptedData, context: string): Promise<string>;
}

/** What opens a ring. */
export interface OpenKeyRingOptions {
  /** The first that fits is used; the newest first. */
  readonly masterKeys: readonly MasterKey[];
  /** The vault's encryption key of a version, for entries of that kind; overwritten after use. */
  readonly vaultKey?: ((version: number) => Bytes) | undefined;
}

/**
 * Opens a key ring, having proved that the master key opens its current key.
 *
 * @throws {CryptoError} `WRONG_MASTER_KEY` when it does not, `MALFORMED` for what is no key ring.
 *
 * @example A secret comes back in its own place only
 * ```ts
 * import { rejects, strictEqual } from "node:assert/strict";
 * import { newKeyRing, newMasterKey, openKeyRing, parseMasterKey } from "./mod.ts";
 *
 * using masterKey = parseMasterKey(newMasterKey());
 * const stored = await newKeyRing(masterKey, { now: "2026-01-01T00:00:00Z" });
 * const ring = await openKeyRing(stored, { masterKeys: [masterKey] });
 * const envelope = await ring.encrypt("hunter2", "credential:mail");
 * strictEqual(await ring.decrypt(envelope, "credential:mail"), "hunter2");
 * await rejects(ring.decrypt(envelope, "credential:bank"), { code: "DECRYPTION_FAILED" });
 * ```
 */
export async function openKeyRing(
  stored: KeyRingData,
  options: OpenKeyRingOptions,
): Promise<KeyRing> {
  const { current, keys } = parseKeyRing(stored);
  // Each is derived once, when it is first needed: with a passphrase that takes a while.
  const opened = new Map<number, Promise<CryptoKey>>();
  const keyOf = (version: number) => {
    const known = opened.get(version);
    if (known !== undefined) return known;
    const opening = openEntry(keys[version], { ...options, version });
    opened.set(version, opening);
    opening.catch(() => opened.delete(version));
    return opening;
  };
  await keyOf(current);
  return Object.freeze({
    current,
    encrypt: async (plaintext: string, context: string) =>
      await seal(plaintext, { key: await keyOf(current), keyVersion: current, context }),
    async decrypt(envelope: EncryptedData, context: string) {
      const { keyVersion } = envelope;
      if (keyVersion < FIRST_RING_VERSION || keys[keyVersion] === undefined) {
        throw unknown(keyVersion, context);
      }
      if (keys[keyVersion].state === "retired") throw unknown(keyVersion, context);
      return await unseal(envelope, { key: await keyOf(keyVersion), context });
    },
  });
}

function unknown(version: number, context: string): CryptoError {
  return new CryptoError("UNKNOWN_KEY", `Cannot decrypt ${context}: no key of version ${version}`);
}

async function openEntry(
  entry: KeyRingData["keys"][string] | undefined,
  { version, masterKeys, vaultKey }: OpenKeyRingOptions & { readonly version: number },
): Promise<CryptoKey> {
  if (entry === undefined) throw unknown(version, `ring:${version}`);
  if (entry.kdf !== "vault") {
    return await importKey(await unwrapKey(entry, { version, masterKeys }));
  }
  if (vaultKey === undefined) {
    throw new CryptoError("WRONG_MASTER_KEY", `Cannot open key ${version}: the vault is locked`);
  }
  const bytes = vaultKey(entry.version);
  try {
    return await importKey(bytes);
  } finally {
    forget(bytes);
  }
}
