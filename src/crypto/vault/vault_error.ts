/** Why the vault could not do something. */
export type VaultErrorCode =
  | "VaultLocked"
  | "AlreadyUnlocked"
  | "Mnemonic"
  | "Derivation"
  | "Encryption"
  | "InvalidPath"
  | "UnsupportedKeyType";

/** The one error of the vault. Its message never holds a key, a plain text or a word of the phrase. */
export class VaultError extends Error {
  override readonly name = "VaultError";

  constructor(readonly code: VaultErrorCode, message: string) {
    super(message);
  }
}
