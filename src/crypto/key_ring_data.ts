/**
 * A key ring as it is stored: data keys, each wrapped by a key that follows from the master key.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { CryptoError } from "./crypto_error.ts";
import { LEAST_PBKDF2_ITERATIONS, MOST_PBKDF2_ITERATIONS } from "./derive_key.ts";
import { EncryptedData, FIRST_RING_VERSION, parseEncryptedData } from "./encrypted_data.ts";

/** `active`: encrypts. `retiring`: only decrypts any more. `retired`: its key is erased. */
export const KeyState = Type.Union([
  Type.Literal("active"),
  Type.Literal("retiring"),
  Type.Literal("retired"),
]);
/** `active`: encrypts. `retiring`: only decrypts any more. `retired`: its key is erased. */
export type KeyState = Static<typeof KeyState>;

const common = {
  state: KeyState,
  /** As ISO 8601 writes it. */
  createdAt: Type.String({ maxLength: 40 }),
};
const salt = Type.String({ maxLength: 64 });
/** The data key; absent once it is erased. */
const wrapped = Type.Optional(EncryptedData);

/** Under a passphrase. */
export const PassphraseEntry = Type.Object({
  kdf: Type.Literal("pbkdf2-sha256"),
  iterations: Type.Integer({ minimum: LEAST_PBKDF2_ITERATIONS, maximum: MOST_PBKDF2_ITERATIONS }),
  salt,
  wrapped,
  ...common,
});
/** Under a random master key. */
export const RandomEntry = Type.Object({
  kdf: Type.Literal("hkdf-sha256"),
  salt,
  info: Type.Literal("alk-ring"),
  wrapped,
  ...common,
});
/** The data key is the vault's encryption key of that version. */
export const VaultEntry = Type.Object({
  kdf: Type.Literal("vault"),
  version: Type.Integer({ minimum: 2, maximum: FIRST_RING_VERSION - 1 }),
  ...common,
});
/** One data key. */
export const KeyRingEntry = Type.Union([PassphraseEntry, RandomEntry, VaultEntry]);
/** One data key. */
export type KeyRingEntry = Static<typeof KeyRingEntry>;
/** One data key that the ring itself holds. */
export type WrappedEntry = Static<typeof PassphraseEntry> | Static<typeof RandomEntry>;

/** A whole key ring. Not secret: it opens nothing without the master key. */
export const KeyRingData = Type.Object({
  /** Version that encrypts. */
  current: Type.Integer({ minimum: FIRST_RING_VERSION }),
  keys: Type.Record(Type.String({ pattern: "^[1-9][0-9]{2,8}$" }), KeyRingEntry, {
    additionalProperties: false,
  }),
});
/** A whole key ring. Not secret: it opens nothing without the master key. */
export type KeyRingData = Static<typeof KeyRingData>;

function malformed(what: string): CryptoError {
  return new CryptoError("MALFORMED", `Cannot read the key ring: ${what}`);
}

/**
 * Reads a stored key ring.
 *
 * @throws {CryptoError} `MALFORMED`
 */
export function parseKeyRing(value: unknown): KeyRingData {
  if (!Value.Check(KeyRingData, value)) {
    const { path = "" } = Value.Errors(KeyRingData, value).First() ?? {};
    throw malformed(`wrong at "${path}"`);
  }
  for (const [version, entry] of Object.entries(value.keys)) {
    if (entry.kdf !== "vault" && entry.wrapped !== undefined) parseEncryptedData(entry.wrapped);
    if (entry.state === "active" && Number(version) !== value.current) {
      throw malformed(`version ${version} is active beside ${value.current}`);
    }
  }
  if (value.keys[value.current]?.state !== "active") {
    throw malformed(`its current version ${value.current} is not active`);
  }
  return value;
}

/** Versions of a ring, oldest first. */
export function ringVersions(ring: KeyRingData): number[] {
  return Object.keys(ring.keys).map(Number).sort((a, b) => a - b);
}
