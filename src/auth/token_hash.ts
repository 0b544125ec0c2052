/**
 * What is stored of a token: a hash that can only be computed, and so only be tried out, by who has
 * the hub's hash key as well.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import { equalTexts } from "./equal_texts.ts";

/** Computes and compares the hashes of tokens. */
export interface TokenHasher {
  hash(token: string): string;
  /** Whether `token` has that hash. Without a hash it takes as long, and says no. */
  matches(token: string, hash: string | undefined): boolean;
  /** Of the key: equal wherever the same key is used, and no help in finding it. */
  readonly check: string;
}

/** No token has it: it is no HMAC of anything that anybody could find. */
const NO_HASH = "0".repeat(64);

/** Makes a hasher (HMAC-SHA-256) with the hub's hash key. */
export function createTokenHasher(key: string): TokenHasher {
  const hash = (text: string) => createHmac("sha256", key).update(text).digest("hex");
  return {
    hash,
    matches(token, stored) {
      const equal = equalTexts(hash(token), stored ?? NO_HASH);
      return equal && stored !== undefined;
    },
    // No token begins like this, so it is the hash of none.
    check: hash("hash key check"),
  };
}
