import { match, notStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { redactText } from "../logger/mod.ts";
import {
  createToken,
  isPrefix,
  parseToken,
  prefixOf,
  TOKEN_LEADS,
  type TokenKind,
} from "./token.ts";

const KINDS = ["key", "peer", "registration"] as const satisfies readonly TokenKind[];

for (const kind of KINDS) {
  Deno.test(`createToken("${kind}") makes what parseToken() reads as that kind`, () => {
    const { token, prefix } = createToken(kind);
    match(token, /^alk[a-z]*_[0-9A-Za-z]{10}_[\w-]{49}$/);
    strictEqual(parseToken(token)?.kind, kind);
    strictEqual(parseToken(token)?.prefix, prefix);
    strictEqual(prefixOf(token), prefix);
    strictEqual(isPrefix(prefix, kind), true);
    for (const other of KINDS) strictEqual(isPrefix(prefix, other), other === kind);
  });

  Deno.test(`a log shows nothing of the secret of a token of kind "${kind}"`, () => {
    const { token } = createToken(kind);
    const secret = token.slice(token.indexOf("_", 10) + 1, -6);
    strictEqual(redactText(`try ${token} or token=${token}`).includes(secret.slice(0, 8)), false);
  });
}

Deno.test("createToken() makes no two tokens with the same prefix or secret", () => {
  const tokens = Array.from({ length: 1_000 }, () => createToken("key"));
  strictEqual(new Set(tokens.map(({ prefix }) => prefix)).size, 1_000);
  strictEqual(new Set(tokens.map(({ token }) => token.slice(15))).size, 1_000);
});

Deno.test("parseToken() reads no token of which one character was changed", () => {
  const { token } = createToken("key");
  fc.assert(fc.property(
    fc.nat({ max: token.length - 1 }),
    fc.constantFrom(..."abcXYZ019_-.% \u0000é"),
    (at, character) => {
      fc.pre(token[at] !== character);
      strictEqual(parseToken(token.slice(0, at) + character + token.slice(at + 1)), undefined);
    },
  ));
});

Deno.test("parseToken() reads no token that was cut, extended or surrounded", () => {
  const { token } = createToken("key");
  for (let length = 0; length < token.length; length++) {
    strictEqual(parseToken(token.slice(0, length)), undefined);
  }
  for (const text of [`${token}a`, ` ${token}`, `${token}\n`, `x${token}`, token.toUpperCase()]) {
    strictEqual(parseToken(text), undefined, JSON.stringify(text));
  }
});

Deno.test("parseToken() takes any text, and nearly always for none", () => {
  const leads = fc.constantFrom("", ...Object.values(TOKEN_LEADS).map((lead) => `${lead}_`));
  fc.assert(fc.property(leads, fc.string({ unit: "binary", maxLength: 200 }), (lead, rest) => {
    strictEqual(parseToken(lead + rest), undefined);
  }));
});

Deno.test("parseToken() reads a megabyte of underscores in no time", () => {
  const startedAt = performance.now();
  strictEqual(parseToken("_".repeat(1_000_000)), undefined);
  strictEqual(parseToken(`alk_${"a".repeat(1_000_000)}`), undefined);
  notStrictEqual(performance.now() - startedAt > 10_000, true);
});
