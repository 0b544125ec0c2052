/**
 * Derivation paths: `m/74'/0'/0'/0'`.
 *
 * @module
 */
import { FIRST_RING_VERSION } from "../encrypted_data.ts";
import { VaultError } from "./vault_error.ts";

/** Added to an index that is hardened. */
export const HARDENED = 2 ** 31;

const MAX_DEPTH = 255;
const MAX_TEXT_LENGTH = 4096;

/** Paths that have a meaning. Coin type 74' never changes; the branch `m/74'/1'` is not used again. */
export const PATHS = {
  /** Primary node identity. */
  IDENTITY: "m/74'/0'/0'/0'",
  /** Prefix of {@linkcode devicePath}. */
  DEVICE_PREFIX: "m/74'/0'/0'",
  /** SSH host key. */
  SSH_HOST: "m/74'/0'/1'/0'",
  /** AES-256-GCM key of version 2. */
  ENCRYPTION: "m/74'/2'/0'/0'",
  /** secp256k1 signing key. */
  ETHEREUM: "m/44'/60'/0'/0/0",
} as const;

/** The first version of key that the vault encrypts with. */
export const FIRST_VAULT_VERSION = 2;

function invalid(what: string): VaultError {
  return new VaultError("InvalidPath", `Cannot use this derivation path: ${what}`);
}

function index(text: string): number {
  const [, digits = "", hardened] = /^(0|[1-9][0-9]{0,9})(['h])?$/.exec(text) ?? [];
  const number = Number(digits);
  if (digits === "" || number >= HARDENED) throw invalid("expected indices from 0 to 2147483647");
  return hardened === undefined ? number : number + HARDENED;
}

/**
 * Reads a path; hardened indices have 2^31 added.
 *
 * @throws {VaultError} `InvalidPath`
 */
export function parsePath(path: string): number[] {
  if (path.length > MAX_TEXT_LENGTH) throw invalid("it is too long");
  const [root, ...indices] = path.split("/");
  if (root !== "m") throw invalid('expected "m" first');
  if (indices.length > MAX_DEPTH) throw invalid("it is too deep");
  return indices.map(index);
}

/** Writes a path in its one spelling, so that a cache knows it again. */
export function formatPath(indices: readonly number[]): string {
  const parts = indices.map((it) => it >= HARDENED ? `${it - HARDENED}'` : String(it));
  return ["m", ...parts].join("/");
}

/**
 * Path of a device. They number from 1: device 0 would be the node itself.
 *
 * @throws {VaultError} `InvalidPath`
 */
export function devicePath(device: number): string {
  if (!Number.isInteger(device) || device < 1 || device >= HARDENED) {
    throw invalid("devices number from 1");
  }
  return `${PATHS.DEVICE_PREFIX}/${device}'`;
}

/**
 * Path of the encryption key of a version from 2 to 99. Version 1 belongs to a password, those
 * from 100 to the key ring: mapped to some path they would turn into garbage.
 *
 * @throws {VaultError} `InvalidPath`
 */
export function encryptionPathForVersion(version: number): string {
  const isOurs = Number.isInteger(version) && version >= FIRST_VAULT_VERSION &&
    version < FIRST_RING_VERSION;
  if (!isOurs) throw new VaultError("InvalidPath", `Cannot derive a key of version ${version}`);
  return `m/74'/2'/0'/${version - FIRST_VAULT_VERSION}'`;
}
