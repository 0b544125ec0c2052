/**
 * Reads envelopes that an older program encrypted with a password. Nothing writes them any more.
 *
 * @module
 */
import { encodeUtf8, forget } from "./bytes.ts";
import { CryptoError } from "./crypto_error.ts";
import { pbkdf2 } from "./derive_key.ts";
import { type EncryptedData, envelopeBytes, LEGACY_SALT_LENGTH } from "./encrypted_data.ts";
import { importKey, unseal } from "./seal.ts";

/** By version. Version 2 is the vault's as well: the length of the salt tells them apart. */
const ITERATIONS: Readonly<Record<number, number>> = { 1: 100_000, 2: 200_000 };

/**
 * Decrypts an envelope of version 1, or of the older version 2, with its password.
 *
 * @throws {CryptoError} `REFUSED` when it is none of these, `DECRYPTION_FAILED` or `MALFORMED`.
 */
export async function decryptLegacy(envelope: EncryptedData, password: string): Promise<string> {
  const { keyVersion, salt } = envelopeBytes(envelope);
  const iterations = ITERATIONS[keyVersion];
  const secret = encodeUtf8(password);
  if (iterations === undefined || salt.length !== LEGACY_SALT_LENGTH || secret === undefined) {
    throw new CryptoError("REFUSED", "Cannot read this as an envelope made with a password");
  }
  const key = await importKey(await pbkdf2(secret, { salt, iterations }));
  forget(secret);
  return await unseal(envelope, { key });
}
