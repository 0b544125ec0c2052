/**
 * What it costs to know who calls, once they are known: against the comparison that cannot be saved.
 *
 * The aim is 500,000 look-ups a second on one core.
 *
 * @module
 */
import { createAttempts } from "../src/auth/attempts.ts";
import { equalTexts } from "../src/auth/equal_texts.ts";
import { createIdentities } from "../src/auth/identities.ts";
import type { StoredCredential } from "../src/auth/records.ts";
import { createToken, parseToken } from "../src/auth/token.ts";
import { createTokenHasher } from "../src/auth/token_hash.ts";
import { startUsageMarks } from "../src/auth/usage_marks.ts";

const KEYS = 10_000;
const hasher = createTokenHasher("k".repeat(32));
const tokens = Array.from({ length: KEYS }, () => createToken("key"));
const stored = new Map(tokens.map(({ token, prefix }): [string, StoredCredential] => [prefix, {
  credential: prefix,
  hash: hasher.hash(token),
  kind: "key",
  id: prefix,
  role: "client",
  scopes: ["spokes:call", "tasks:read"],
  resources: {},
  limit: null,
  enabled: true,
  notAfter: null,
}]));
const lookup = {
  find: (credential: string) => Promise.resolve(stored.get(credential)),
  replaceHash: () => Promise.resolve(),
  markUsed: () => Promise.resolve(),
};
const identities = createIdentities({
  lookup,
  hasher,
  attempts: createAttempts(),
  usage: startUsageMarks(lookup, { everyMs: 2 ** 31 - 1 }),
  // Older than any run: what is measured is the memory.
  renewMs: Number.MAX_SAFE_INTEGER,
  maxAgeMs: Number.MAX_SAFE_INTEGER,
});
for (const { token } of tokens) await identities.identify(token);

const one = tokens[0]?.token ?? "", other = tokens[1]?.token ?? "";
let at = 0;

Deno.bench({
  name: "comparison of two tokens in constant time",
  group: "who calls",
  baseline: true,
  fn: () => void equalTexts(one, other),
});

Deno.bench({
  name: "identify(), the same key",
  group: "who calls",
  fn: () => void identities.identify(one),
});

Deno.bench({
  name: `identify(), ${KEYS} keys in turn`,
  group: "who calls",
  fn: () => void identities.identify(tokens[at = (at + 1) % KEYS]?.token ?? ""),
});

Deno.bench({
  name: "parseToken() of what is not ours",
  group: "who is refused",
  fn: () => void parseToken("Bearer of bad news, of no particular form"),
});

Deno.bench({
  name: "HMAC-SHA-256 of a token that is not known yet",
  group: "who is refused",
  fn: () => void hasher.matches(one, undefined),
});
