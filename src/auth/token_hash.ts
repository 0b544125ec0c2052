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
  /** Whether a hash that matches was made with the key before: then it is to be replaced. */
  isOld(token: string, hash: string | undefined): boolean;
  /** Of the key: equal wherever the same key is used, and no help in finding it. */
  readonly check: string;
  /** Of the key before, while its hashes are still taken. */
  readonly previousCheck: string | undefined;
  /** Of the key to come, once it is known. */
  readonly nextCheck: string | undefined;
}

/** No token has it: it is no HMAC of anything that anybody could find. */
const NO_HASH = "0".repeat(64);
/** No token begins like this, so what it hashes to is the hash of none. */
const CHECKED = "hash key check";

/** Other keys whose hashes count, while one key takes the place of another. */
export interface OtherHashKeys {
  /** The key before: its hashes are replaced. */
  readonly previous?: string | undefined;
  /** The key to come, with which other nodes may hash already. */
  readonly next?: string | undefined;
}

/** Makes a hasher (HMAC-SHA-256) with the hub's hash key. */
export function createTokenHasher(
  key: string,
  { previous, next }: OtherHashKeys = {},
): TokenHasher {
  const hash = hashWith(key), [oldHash, newHash] = [previous, next].map(hashWithAny);
  const counting = [hash, oldHash, newHash].filter((it) => it !== undefined);
  return {
    hash,
    matches(token, stored) {
      // All are computed in any case: time does not tell which it was.
      const equal = counting.filter((hash) => equalTexts(hash(token), stored ?? NO_HASH));
      return equal.length > 0 && stored !== undefined;
    },
    isOld: (token, stored) => stored !== undefined && oldHash?.(token) === stored,
    check: hash(CHECKED),
    previousCheck: oldHash?.(CHECKED),
    nextCheck: newHash?.(CHECKED),
  };
}

function hashWithAny(key: string | undefined): ((text: string) => string) | undefined {
  return key === undefined ? undefined : hashWith(key);
}

function hashWith(key: string): (text: string) => string {
  return (text) => createHmac("sha256", key).update(text).digest("hex");
}
