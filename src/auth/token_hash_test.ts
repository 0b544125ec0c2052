import { notStrictEqual, strictEqual } from "node:assert/strict";
import { createTokenHasher } from "./token_hash.ts";

Deno.test("a token hasher computes HMAC-SHA-256", () => {
  // RFC 4231, test case 2.
  strictEqual(
    createTokenHasher("Jefe").hash("what do ya want for nothing?"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
});

Deno.test("matches() says yes to the token alone, and no where there is no hash", () => {
  const hasher = createTokenHasher("k".repeat(32));
  strictEqual(hasher.matches("a", hasher.hash("a")), true);
  strictEqual(hasher.matches("b", hasher.hash("a")), false);
  strictEqual(hasher.matches("a", undefined), false);
});

Deno.test("a hash says nothing to who has another key", () => {
  const one = createTokenHasher("1".repeat(32)), other = createTokenHasher("2".repeat(32));
  notStrictEqual(one.hash("a"), other.hash("a"));
  strictEqual(other.matches("a", one.hash("a")), false);
  notStrictEqual(one.check, other.check);
});

Deno.test("the hashes of the key before and of the key to come count, those before are old", () => {
  const [before, now, next] = ["1", "2", "3"].map((digit) => digit.repeat(32));
  const hasher = createTokenHasher(now ?? "", { previous: before, next });
  for (const [key, isOld] of [[before, true], [now, false], [next, false]] as const) {
    const hash = createTokenHasher(key ?? "").hash("a");
    strictEqual(hasher.matches("a", hash), true);
    strictEqual(hasher.matches("b", hash), false);
    strictEqual(hasher.isOld("a", hash), isOld);
  }
  strictEqual(hasher.matches("a", undefined), false);
});
