/**
 * The one secret of the operator, from which everything that is stored encrypted is opened.
 *
 * @module
 */
import { type Bytes, decodeBase64, encodeUtf8, forget, randomBytes } from "./bytes.ts";
import { CryptoError } from "./crypto_error.ts";
import { hkdf, pbkdf2 } from "./derive_key.ts";

const RANDOM_PREFIX = "base64:";
const LEAST_PASSPHRASE_CHARACTERS = 16;
const LEAST_RANDOM_BYTES = 32;
/** Longest master key, in characters. */
export const MAX_MASTER_KEY_CHARACTERS = 4096;

/** How a key-encryption key follows from the master key. */
export type KeyDerivation =
  | { readonly kdf: "pbkdf2-sha256"; readonly iterations: number; readonly salt: Bytes }
  | { readonly kdf: "hkdf-sha256"; readonly salt: Bytes; readonly info: string };

/** A master key. It can derive and nothing else; it is shown by nothing. */
export interface MasterKey extends Disposable {
  /** A passphrase that a person chose, or random bytes: they are stretched in different ways. */
  readonly kind: "passphrase" | "random";
  /**
   * Derives 32 bytes, which the caller overwrites after use.
   *
   * @throws {CryptoError} `WRONG_MASTER_KEY` for a derivation that is not of its kind.
   */
  derive(how: KeyDerivation): Promise<Bytes>;
}

function weak(message: string): CryptoError {
  return new CryptoError("WEAK_MASTER_KEY", `Cannot use this master key: ${message}`);
}

function secretOf(text: string): { kind: MasterKey["kind"]; secret: Bytes } {
  if (text.length > MAX_MASTER_KEY_CHARACTERS) throw weak("it is too long");
  const trimmed = text.trim();
  if (trimmed.startsWith(RANDOM_PREFIX)) {
    const secret = decodeBase64(trimmed.slice(RANDOM_PREFIX.length));
    if (secret === undefined) throw weak(`expected base64 after "${RANDOM_PREFIX}"`);
    if (secret.length < LEAST_RANDOM_BYTES) {
      throw weak(`expected at least ${LEAST_RANDOM_BYTES} bytes, found ${secret.length}`);
    }
    return { kind: "random", secret };
  }
  if ([...trimmed].length < LEAST_PASSPHRASE_CHARACTERS) {
    throw weak(`expected at least ${LEAST_PASSPHRASE_CHARACTERS} characters`);
  }
  const secret = encodeUtf8(trimmed);
  if (secret === undefined) throw weak("it is no proper text");
  return { kind: "passphrase", secret };
}

/**
 * Reads a master key: a passphrase of 16 characters or more, or `base64:` and 32 random bytes or
 * more, as {@linkcode newMasterKey} makes them.
 *
 * @throws {CryptoError} `WEAK_MASTER_KEY`
 */
export function parseMasterKey(text: string): MasterKey {
  const { kind, secret } = secretOf(text);
  return Object.freeze({
    kind,
    async derive(how: KeyDerivation) {
      if (how.kdf === "pbkdf2-sha256" && kind === "passphrase") return await pbkdf2(secret, how);
      if (how.kdf === "hkdf-sha256" && kind === "random") return await hkdf(secret, how);
      throw new CryptoError("WRONG_MASTER_KEY", "Cannot open the key ring with this kind of key");
    },
    [Symbol.dispose]: () => forget(secret),
  });
}

/** Makes a master key of 256 random bits, as it is to be kept. */
export function newMasterKey(): string {
  return `${RANDOM_PREFIX}${randomBytes(LEAST_RANDOM_BYTES).toBase64()}`;
}
