/**
 * The vault: one phrase, from which identity, host and encryption keys are derived.
 *
 * It lives in one process and is passed by reference. There is no operation, message or listener
 * for it. What it overwrites and what it cannot is said in docs/operating/secrets.md.
 *
 * @module
 */
import { type Bytes, forget } from "../bytes.ts";
import { CryptoError } from "../crypto_error.ts";
import {
  type EncryptedData,
  envelopeBytes,
  parseEncryptedData,
  SALT_LENGTH,
} from "../encrypted_data.ts";
import { importKey, seal, unseal } from "../seal.ts";
import {
  encryptionPathForVersion,
  FIRST_VAULT_VERSION,
  formatPath,
  parsePath,
} from "./derivation_path.ts";
import { DerivedKey, type KeyType } from "./derived_key.ts";
import { createKeyCache, type KeyCache, type KeyCacheOptions } from "./key_cache.ts";
import { Mnemonic } from "./mnemonic.ts";
import { Opaque } from "./opaque.ts";
import { deriveSlip10, publicKeyOf } from "./slip10.ts";
import { VaultError } from "./vault_error.ts";

/** The version that the vault encrypts with unless told otherwise. */
export const CURRENT_KEY_VERSION: number = FIRST_VAULT_VERSION;

/** How a text is encrypted anew. */
export interface RotateOptions {
  /** Also to an older version. */
  readonly force?: boolean;
}

interface Held {
  readonly mnemonic: Mnemonic;
  readonly seed: Bytes;
}

/** See the module. While it is locked, everything but unlocking throws `VaultLocked`. */
export class Vault extends Opaque implements Disposable {
  #held: Held | undefined;
  readonly #cache: KeyCache;

  constructor(cache: KeyCacheOptions = {}) {
    super("[Vault]");
    this.#cache = createKeyCache(cache);
  }

  /** Whether a seed is held. */
  get isUnlocked(): boolean {
    return this.#held !== undefined;
  }

  /**
   * Derives the seed of a phrase and holds both.
   *
   * @throws {VaultError} `AlreadyUnlocked`, with nothing changed; `Mnemonic`.
   */
  unlock(phrase: string, passphrase = ""): void {
    this.#refuseUnlocked();
    this.#hold(Mnemonic.fromPhrase(phrase), passphrase);
  }

  /**
   * Makes a phrase, holds it and returns it this once, to be written down.
   *
   * @throws {VaultError} `AlreadyUnlocked`, `Mnemonic`.
   */
  unlockNew(words: number): string {
    this.#refuseUnlocked();
    const mnemonic = Mnemonic.generate(words);
    this.#hold(mnemonic, "");
    return mnemonic.reveal();
  }

  /** Overwrites phrase, seed and every cached key. */
  lock(): void {
    this.#cache.clear();
    if (this.#held === undefined) return;
    forget(this.#held.seed);
    this.#held.mnemonic[Symbol.dispose]();
    this.#held = undefined;
  }

  /** Locks it. */
  [Symbol.dispose](): void {
    this.lock();
  }

  /** Overwrites the cached keys that are too old. */
  evictExpired(): void {
    this.#seed();
    this.#cache.evictExpired();
  }

  /** Derives an Ed25519 key. @throws {VaultError} `InvalidPath`, `Derivation`. */
  deriveEd25519(path: string): DerivedKey {
    return this.#derive(path, "Ed25519");
  }

  /** Derives a key to encrypt with. @throws {VaultError} `InvalidPath`, `Derivation`. */
  deriveEncryptionKey(path: string): DerivedKey {
    return this.#derive(path, "Aes256Gcm");
  }

  /** Derives the encryption key of a version from 2 to 99. @throws {VaultError} `InvalidPath`. */
  deriveEncryptionKeyForVersion(version: number): DerivedKey {
    this.#seed();
    return this.deriveEncryptionKey(encryptionPathForVersion(version));
  }

  /** Is not part of this vault. @throws {VaultError} `UnsupportedKeyType`, always when unlocked. */
  deriveEthereumKey(path: string): DerivedKey {
    this.#seed();
    parsePath(path);
    throw new VaultError("UnsupportedKeyType", "Cannot derive a secp256k1 key: it is not built in");
  }

  /** Encrypts a text. @throws {VaultError} `InvalidPath` for another's version, `Encryption`. */
  async encrypt(plaintext: string, keyVersion = CURRENT_KEY_VERSION): Promise<EncryptedData> {
    const key = await this.#cipherKey(keyVersion);
    return await asVaultError(() => seal(plaintext, { key, keyVersion }));
  }

  /** Decrypts with the key that the envelope names. @throws {VaultError} `InvalidPath`, `Encryption`. */
  async decrypt(envelope: EncryptedData): Promise<string> {
    this.#seed();
    const parsed = await asVaultError(() => parseEncryptedData(envelope));
    const key = await this.#cipherKey(parsed.keyVersion);
    return await asVaultError(async () => {
      // 16 bytes: an older program's version 2, which was made with a password.
      if (envelopeBytes(parsed).salt.length !== SALT_LENGTH) throw generic();
      return await unseal(parsed, { key });
    });
  }

  /**
   * Encrypts anew under `toVersion` and returns that; nothing is written.
   *
   * @throws {VaultError} `Encryption` for an older version unless forced.
   */
  async rotate(
    envelope: EncryptedData,
    toVersion: number,
    { force = false }: RotateOptions = {},
  ): Promise<EncryptedData> {
    const plaintext = await this.decrypt(envelope);
    if (toVersion < parseEncryptedData(envelope).keyVersion && !force) {
      throw new VaultError("Encryption", "Cannot rotate to an older version unless forced");
    }
    return await this.encrypt(plaintext, toVersion);
  }

  #refuseUnlocked(): void {
    if (this.isUnlocked) throw new VaultError("AlreadyUnlocked", "Cannot unlock: it is unlocked");
  }

  #hold(mnemonic: Mnemonic, passphrase: string): void {
    this.#held = { mnemonic, seed: mnemonic.toSeed(passphrase) };
  }

  #seed(): Bytes {
    if (this.#held === undefined) throw new VaultError("VaultLocked", "Cannot use a locked vault");
    return this.#held.seed;
  }

  /** The cache holds bytes without a type: the same path may be asked for as either. */
  #derive(path: string, keyType: KeyType): DerivedKey {
    const seed = this.#seed();
    const indices = parsePath(path);
    const name = formatPath(indices);
    const cached = this.#cache.get(name);
    const key = cached ?? deriveSlip10(seed, indices);
    const privateKey = new Uint8Array(key); // the caller's own, to dispose of
    if (cached === undefined) this.#cache.set(name, key);
    return new DerivedKey({ keyType, privateKey, publicKey: publicKeyOf(privateKey) });
  }

  async #cipherKey(version: number): Promise<CryptoKey> {
    using key = this.deriveEncryptionKeyForVersion(version);
    return await importKey(key.privateKey);
  }
}

function generic(): VaultError {
  return new VaultError("Encryption", "Cannot decrypt: wrong key or damaged");
}

async function asVaultError<T>(act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    if (error.code === "DECRYPTION_FAILED") throw generic();
    throw new VaultError("Encryption", error.message);
  }
}
