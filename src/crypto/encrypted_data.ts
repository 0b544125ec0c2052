/**
 * The stored envelope: four fields, whose form never changes.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type Bytes, decodeBase64, encodeBase64 } from "./bytes.ts";
import { CryptoError } from "./crypto_error.ts";

/** Nonce of AES-GCM. */
export const IV_LENGTH = 12;
/** Tag of AES-GCM, at the end of the data. */
export const TAG_LENGTH = 16;
/** Salt of an envelope that derives no key from it. */
export const SALT_LENGTH = 32;
/** Salt of an envelope that was encrypted with a password. */
export const LEGACY_SALT_LENGTH = 16;
/** The first version that belongs to the key ring; lower ones are the vault's. */
export const FIRST_RING_VERSION = 100;
/** Longest plain text, in bytes of UTF-8. */
export const MAX_PLAINTEXT_BYTES: number = 8 * 1024 * 1024;

const MAX_VERSION = 2 ** 31 - 1;
const MAX_DATA_CHARACTERS = Math.ceil((MAX_PLAINTEXT_BYTES + TAG_LENGTH) / 3) * 4;

/** An envelope as JSON holds it. Safe to log: it tells nothing without its key. */
export const EncryptedData = Type.Object({
  /** Selects how the key is obtained. */
  keyVersion: Type.Integer({ minimum: 0, maximum: MAX_VERSION }),
  salt: Type.String({ maxLength: 64 }),
  iv: Type.String({ maxLength: 32 }),
  /** Cipher text, and its tag. */
  data: Type.String({ maxLength: MAX_DATA_CHARACTERS }),
});
/** An envelope as JSON holds it. Safe to log: it tells nothing without its key. */
export type EncryptedData = Static<typeof EncryptedData>;

/** The same envelope as the database holds it. */
export interface EnvelopeBytes {
  readonly keyVersion: number;
  readonly salt: Bytes;
  readonly iv: Bytes;
  readonly data: Bytes;
}

function malformed(what: string): CryptoError {
  return new CryptoError("MALFORMED", `Cannot read an envelope: ${what}`);
}

/** Older programs spell the field with an underscore. */
function versionOf(value: object): unknown {
  const names = ["keyVersion", "key_version"].filter((name) => Object.hasOwn(value, name));
  const [first, second] = names.map((name): unknown => Reflect.get(value, name));
  if (names.length === 2 && first !== second) throw malformed("two versions disagree");
  return first;
}

/**
 * Reads an envelope; unknown fields are ignored.
 *
 * @throws {CryptoError} `MALFORMED`
 */
export function parseEncryptedData(value: unknown): EncryptedData {
  if (typeof value !== "object" || value === null) throw malformed("expected an object");
  const fields = { ...value, keyVersion: versionOf(value) };
  if (!Value.Check(EncryptedData, fields)) {
    const { path = "" } = Value.Errors(EncryptedData, fields).First() ?? {};
    throw malformed(`expected keyVersion, salt, iv and data; wrong at "${path}"`);
  }
  const { keyVersion, salt, iv, data } = fields;
  const envelope = { keyVersion, salt, iv, data };
  envelopeBytes(envelope);
  return envelope;
}

function bytesOf(name: string, text: string): Bytes {
  const bytes = decodeBase64(text);
  if (bytes === undefined) throw malformed(`${name} is not base64`);
  return bytes;
}

/**
 * Reads the fields of an envelope as bytes.
 *
 * @throws {CryptoError} `MALFORMED`
 */
export function envelopeBytes(envelope: EncryptedData): EnvelopeBytes {
  const salt = bytesOf("salt", envelope.salt);
  const iv = bytesOf("iv", envelope.iv);
  const data = bytesOf("data", envelope.data);
  if (salt.length !== SALT_LENGTH && salt.length !== LEGACY_SALT_LENGTH) {
    throw malformed(`salt has ${salt.length} bytes`);
  }
  if (iv.length !== IV_LENGTH) throw malformed(`iv has ${iv.length} bytes`);
  if (data.length < TAG_LENGTH) throw malformed("data is shorter than its tag");
  return { keyVersion: envelope.keyVersion, salt, iv, data };
}

/** Writes the fields of an envelope as JSON holds them. */
export function envelopeOf({ keyVersion, salt, iv, data }: EnvelopeBytes): EncryptedData {
  return {
    keyVersion,
    salt: encodeBase64(salt),
    iv: encodeBase64(iv),
    data: encodeBase64(data),
  };
}
