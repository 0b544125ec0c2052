/**
 * SLIP-0010 for Ed25519.
 *
 * @module
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { type Bytes, forget } from "../bytes.ts";
import { HARDENED } from "./derivation_path.ts";
import { VaultError } from "./vault_error.ts";

const MASTER = new TextEncoder().encode("ed25519 seed");
const KEY_LENGTH = 32;

/** A private key and the chain code with which its children are derived. */
interface Node {
  readonly key: Bytes;
  readonly chainCode: Bytes;
}

/** Splits a digest into copies, and overwrites it. */
function node(digest: Uint8Array): Node {
  const split = {
    key: new Uint8Array(digest.subarray(0, KEY_LENGTH)),
    chainCode: new Uint8Array(digest.subarray(KEY_LENGTH)),
  };
  forget(digest);
  return split;
}

function child({ key, chainCode }: Node, index: number): Node {
  const data = new Uint8Array(1 + KEY_LENGTH + 4);
  data.set(key, 1);
  new DataView(data.buffer).setUint32(1 + KEY_LENGTH, index);
  const derived = node(hmac(sha512, chainCode, data));
  forget(data, key, chainCode);
  return derived;
}

/**
 * Derives the private key at `indices`; the caller overwrites it after use.
 *
 * @throws {VaultError} `Derivation` for an index that is not hardened: Ed25519 has no others.
 */
export function deriveSlip10(seed: Uint8Array, indices: readonly number[]): Bytes {
  if (indices.some((index) => index < HARDENED)) {
    throw new VaultError(
      "Derivation",
      "Cannot derive an Ed25519 key: every index must be hardened",
    );
  }
  const { key, chainCode } = indices.reduce(child, node(hmac(sha512, MASTER, seed)));
  forget(chainCode);
  return key;
}

/** The public key of a private one. */
export function publicKeyOf(privateKey: Uint8Array): Bytes {
  return new Uint8Array(ed25519.getPublicKey(privateKey));
}
