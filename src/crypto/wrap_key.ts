/**
 * Wraps data keys for storage and unwraps them.
 *
 * @module
 */
import { type Bytes, decodeBase64, encodeBase64, forget, randomBytes } from "./bytes.ts";
import { CryptoError } from "./crypto_error.ts";
import { PBKDF2_ITERATIONS } from "./derive_key.ts";
import type { KeyRingEntry, WrappedEntry } from "./key_ring_data.ts";
import type { KeyDerivation, MasterKey } from "./master_key.ts";
import { importKey, seal, unseal } from "./seal.ts";

const KEY_BYTES = 32;
const PASSPHRASE_SALT_BYTES = 16;
const RANDOM_SALT_BYTES = 32;

/** The place of a wrapped data key. */
function ringContext(version: number): string {
  return `ring:${version}`;
}

function saltOf(text: string): Bytes {
  const salt = decodeBase64(text);
  if (salt !== undefined && salt.length >= PASSPHRASE_SALT_BYTES) return salt;
  throw new CryptoError("MALFORMED", "Cannot read the key ring: a salt is not base64 or too short");
}

function derivationOf(entry: WrappedEntry): KeyDerivation {
  const salt = saltOf(entry.salt);
  return entry.kdf === "hkdf-sha256"
    ? { kdf: entry.kdf, salt, info: entry.info }
    : { kdf: entry.kdf, salt, iterations: entry.iterations };
}

/** How a new entry derives: slowly from what a person chose, simply from what is random. */
function newDerivation({ kind }: MasterKey): KeyDerivation {
  return kind === "random"
    ? { kdf: "hkdf-sha256", salt: randomBytes(RANDOM_SALT_BYTES), info: "alk-ring" }
    : {
      kdf: "pbkdf2-sha256",
      salt: randomBytes(PASSPHRASE_SALT_BYTES),
      iterations: PBKDF2_ITERATIONS,
    };
}

/** Whose data key is wrapped, and what stays with it. */
export interface WrapOptions extends Pick<KeyRingEntry, "state" | "createdAt"> {
  readonly version: number;
  readonly masterKey: MasterKey;
}

/** Wraps a data key, under a salt of its own. The caller overwrites `dataKey`. */
export async function wrapKey(dataKey: Bytes, options: WrapOptions): Promise<WrappedEntry> {
  const { version, masterKey, state, createdAt } = options;
  const how = newDerivation(masterKey);
  const key = await importKey(await masterKey.derive(how));
  const context = ringContext(version);
  const wrapped = await seal(encodeBase64(dataKey), { key, keyVersion: version, context });
  const salt = encodeBase64(how.salt);
  return how.kdf === "hkdf-sha256"
    ? { kdf: how.kdf, salt, info: "alk-ring", wrapped, state, createdAt }
    : { kdf: how.kdf, iterations: how.iterations, salt, wrapped, state, createdAt };
}

/** Makes a data key, wrapped. */
export async function newWrappedKey(options: WrapOptions): Promise<WrappedEntry> {
  const dataKey = randomBytes(KEY_BYTES);
  try {
    return await wrapKey(dataKey, options);
  } finally {
    forget(dataKey);
  }
}

/** Which key is unwrapped, and with what: the first master key that fits. */
export interface UnwrapOptions {
  readonly version: number;
  /** The newest first. */
  readonly masterKeys: readonly MasterKey[];
}

/**
 * Unwraps a data key, which the caller overwrites.
 *
 * @throws {CryptoError} `WRONG_MASTER_KEY`, or `UNKNOWN_KEY` when it is erased.
 */
export async function unwrapKey(
  entry: WrappedEntry,
  { version, masterKeys }: UnwrapOptions,
): Promise<Bytes> {
  if (entry.wrapped === undefined) {
    throw new CryptoError("UNKNOWN_KEY", `Cannot use key ${version}: it is retired`);
  }
  const how = derivationOf(entry);
  for (const masterKey of masterKeys) {
    const text = await unwrapWith(entry.wrapped, { how, masterKey, version });
    const key = text === undefined ? undefined : decodeBase64(text);
    if (key !== undefined) return key;
  }
  throw wrongMasterKey();
}

interface UnwrapOne {
  readonly how: KeyDerivation;
  readonly masterKey: MasterKey;
  readonly version: number;
}

/** Undefined when that master key is not the one. */
async function unwrapWith(
  wrapped: NonNullable<WrappedEntry["wrapped"]>,
  { how, masterKey, version }: UnwrapOne,
): Promise<string | undefined> {
  try {
    const key = await importKey(await masterKey.derive(how));
    return await unseal(wrapped, { key, context: ringContext(version) });
  } catch (error) {
    const isOther = error instanceof CryptoError &&
      (error.code === "WRONG_MASTER_KEY" || error.code === "DECRYPTION_FAILED");
    if (isOther) return undefined;
    throw error;
  }
}

function wrongMasterKey(): CryptoError {
  return new CryptoError("WRONG_MASTER_KEY", "Cannot open: master key does not match key ring");
}
