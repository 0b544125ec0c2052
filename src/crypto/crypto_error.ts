/**
 * The one error of this folder.
 *
 * @module
 */

/**
 * Why something could not be encrypted or decrypted.
 *
 * - `DECRYPTION_FAILED`: wrong key, wrong place or changed bytes: nobody is told which
 * - `MALFORMED`: what is stored has not the form of an envelope or a key ring
 * - `REFUSED`: what was asked for is not allowed, whatever the key
 * - `UNKNOWN_KEY`: the key ring has no usable key of that version
 * - `WRONG_MASTER_KEY`: no master key that was given opens the key ring
 * - `WEAK_MASTER_KEY`: the master key is too short or misspelled
 */
export type CryptoErrorCode =
  | "DECRYPTION_FAILED"
  | "MALFORMED"
  | "REFUSED"
  | "UNKNOWN_KEY"
  | "WRONG_MASTER_KEY"
  | "WEAK_MASTER_KEY";

/** Something could not be encrypted or decrypted. Its message never holds a key or a plain text. */
export class CryptoError extends Error {
  override readonly name = "CryptoError";

  constructor(readonly code: CryptoErrorCode, message: string) {
    super(message);
  }
}

/** The same words for every reason: whoever guesses learns nothing from them. */
export function decryptionFailed(): CryptoError {
  return new CryptoError("DECRYPTION_FAILED", "Cannot decrypt: wrong key, wrong place or damaged");
}
