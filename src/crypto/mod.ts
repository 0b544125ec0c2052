/**
 * Everything that the hub encrypts, derives and keeps sealed. A leaf: it knows no other part.
 *
 * | to…                                            | use                                           |
 * | ---------------------------------------------- | --------------------------------------------- |
 * | encrypt and decrypt what is stored             | {@linkcode openKeyRing}                       |
 * | make a key ring, add, erase and re-wrap keys   | {@linkcode newKeyRing}, {@linkcode addKey}, … |
 * | read or make the operator's one secret         | {@linkcode parseMasterKey}                    |
 * | read an envelope from JSON or a row            | {@linkcode parseEncryptedData}                |
 * | tell a secret to one reader alone              | {@linkcode openLetterBox}                     |
 * | derive keys of a person's phrase               | {@linkcode Vault}                             |
 * | read what an older program wrote               | {@linkcode decryptLegacy}                     |
 *
 * @module
 */
export { type Bytes, joinBytes } from "./bytes.ts";
export {
  addKey,
  type ChangeTime,
  newKeyRing,
  type RekeyOptions,
  rekeyRing,
  retireKey,
  retiringSince,
} from "./change_key_ring.ts";
export { CryptoError, type CryptoErrorCode } from "./crypto_error.ts";
export {
  EncryptedData,
  type EnvelopeBytes,
  envelopeBytes,
  envelopeOf,
  FIRST_RING_VERSION,
  MAX_PLAINTEXT_BYTES,
  parseEncryptedData,
} from "./encrypted_data.ts";
export { type KeyRing, openKeyRing, type OpenKeyRingOptions } from "./key_ring.ts";
export {
  canWriteTo,
  type Letter,
  type LetterBox,
  openLetterBox,
  writeLetter,
} from "./letter_box.ts";
export {
  KeyRingData,
  KeyRingEntry,
  KeyState,
  parseKeyRing,
  ringVersions,
} from "./key_ring_data.ts";
export { decryptLegacy } from "./legacy_envelope.ts";
export {
  type KeyDerivation,
  type MasterKey,
  MAX_MASTER_KEY_CHARACTERS,
  newMasterKey,
  parseMasterKey,
} from "./master_key.ts";
export {
  devicePath,
  encryptionPathForVersion,
  formatPath,
  parsePath,
  PATHS,
} from "./vault/derivation_path.ts";
export { DerivedKey, type KeyParts, KeyType } from "./vault/derived_key.ts";
export type { KeyCacheOptions } from "./vault/key_cache.ts";
export { Mnemonic } from "./vault/mnemonic.ts";
export { CURRENT_KEY_VERSION, type RotateOptions, Vault } from "./vault/vault.ts";
export { VaultError, type VaultErrorCode } from "./vault/vault_error.ts";
