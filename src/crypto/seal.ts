/**
 * Encrypts texts into envelopes and back: AES-256-GCM with a random nonce.
 *
 * An envelope of the key ring (version 100 and above) is bound to its place: moved to another row,
 * or relabelled with another version, it fails like any forged one.
 *
 * @module
 */
import { type Bytes, encodeUtf8, forget, randomBytes } from "./bytes.ts";
import { CryptoError, decryptionFailed } from "./crypto_error.ts";
import {
  type EncryptedData,
  envelopeBytes,
  envelopeOf,
  FIRST_RING_VERSION,
  IV_LENGTH,
  MAX_PLAINTEXT_BYTES,
  SALT_LENGTH,
  TAG_LENGTH,
} from "./encrypted_data.ts";

const TAG_BITS = TAG_LENGTH * 8;
/** `credential:openai`, `config:/postgres/url`, `ring:100`. */
// deno-lint-ignore no-control-regex -- a line feed would let two places spell the same bytes
const CONTEXT = /^[a-z]+:[^\u0000-\u001f\u007f]{1,1024}$/;

/** Where an envelope belongs, for versions of the key ring; undefined for the vault's. */
export interface Place {
  readonly keyVersion: number;
  readonly context?: string | undefined;
}

/**
 * Makes a key that can be used and not be read; `bytes` are zeros afterwards.
 *
 * @throws {CryptoError} `REFUSED` when it is not 256 bits.
 */
export async function importKey(bytes: Bytes): Promise<CryptoKey> {
  if (bytes.length !== 32) {
    throw new CryptoError("REFUSED", "Cannot use a key that is not 256 bits");
  }
  try {
    return await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  } finally {
    forget(bytes);
  }
}

/**
 * The bytes that bind an envelope to its place.
 *
 * @throws {CryptoError} `REFUSED` when the version needs a place and none is given.
 */
function associatedData({ keyVersion, context }: Place): { additionalData?: Bytes } {
  if (keyVersion < FIRST_RING_VERSION) return {};
  const bytes = context !== undefined && CONTEXT.test(context) ? encodeUtf8(context) : undefined;
  if (bytes === undefined) {
    throw new CryptoError(
      "REFUSED",
      `Cannot use an envelope of version ${keyVersion} without place`,
    );
  }
  return { additionalData: new TextEncoder().encode(`alk-enc:1\n${context}\n${keyVersion}`) };
}

/**
 * Encrypts `plaintext` for its place.
 *
 * @throws {CryptoError} `REFUSED` when the text is too long or no proper text, or the place is missing.
 */
export async function seal(
  plaintext: string,
  { key, ...place }: Place & { readonly key: CryptoKey },
): Promise<EncryptedData> {
  if (plaintext.length > MAX_PLAINTEXT_BYTES) throw tooLong();
  const bytes = encodeUtf8(plaintext);
  if (bytes === undefined) throw new CryptoError("REFUSED", "Cannot encrypt half a character");
  try {
    if (bytes.length > MAX_PLAINTEXT_BYTES) throw tooLong();
    const iv = randomBytes(IV_LENGTH);
    const algorithm = { name: "AES-GCM", iv, tagLength: TAG_BITS, ...associatedData(place) };
    const data = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, bytes));
    // Not used by these versions; the format keeps its four fields.
    const salt = randomBytes(SALT_LENGTH);
    return envelopeOf({ keyVersion: place.keyVersion, salt, iv, data });
  } finally {
    forget(bytes);
  }
}

function tooLong(): CryptoError {
  return new CryptoError("REFUSED", `Cannot encrypt more than ${MAX_PLAINTEXT_BYTES} bytes`);
}

/**
 * Decrypts an envelope that stands in the place `context`.
 *
 * @throws {CryptoError} `DECRYPTION_FAILED` for whatever reason, `MALFORMED`, or `REFUSED` without place.
 */
export async function unseal(
  envelope: EncryptedData,
  { key, context }: { readonly key: CryptoKey; readonly context?: string | undefined },
): Promise<string> {
  const { keyVersion, iv, data } = envelopeBytes(envelope);
  const binding = associatedData({ keyVersion, context });
  const algorithm = { name: "AES-GCM", iv, tagLength: TAG_BITS, ...binding };
  const bytes = await crypto.subtle.decrypt(algorithm, key, data).then(
    (buffer) => new Uint8Array(buffer),
    () => undefined,
  );
  if (bytes === undefined) throw decryptionFailed();
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw decryptionFailed(); // not a text: some other program's envelope
  } finally {
    forget(bytes);
  }
}
