/**
 * Keys from a master key or a password.
 *
 * @module
 */
import type { Bytes } from "./bytes.ts";

/** Iterations of new entries of a key ring, and the least that one is made with. */
export const PBKDF2_ITERATIONS = 600_000;
/** Fewest iterations with which an entry is read. */
export const LEAST_PBKDF2_ITERATIONS = 100_000;
/** Most iterations with which an entry is read: a forged ring cannot keep a node busy for hours. */
export const MOST_PBKDF2_ITERATIONS = 10_000_000;

const KEY_BITS = 256;

/** PBKDF2-HMAC-SHA256: 32 bytes, slowly. */
export async function pbkdf2(
  secret: Bytes,
  { salt, iterations }: { readonly salt: Bytes; readonly iterations: number },
): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveBits"]);
  const algorithm = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, KEY_BITS));
}

/** HKDF-SHA256: 32 bytes of a secret that is random already. */
export async function hkdf(
  secret: Bytes,
  { salt, info }: { readonly salt: Bytes; readonly info: string },
): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt, info: new TextEncoder().encode(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, KEY_BITS));
}
