import { notStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  decodeToken,
  encodeToken,
  MAX_ENCODED_TEXT_LENGTH,
  MAX_REALM_LENGTH,
  MAX_TOKEN_LENGTH,
  realmToken,
  token,
} from "./token.ts";

const text = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });

const refusedTokens = {
  "nothing": "",
  "a dot": "a.b",
  "the token wildcard": "*",
  "a token wildcard inside": "a*",
  "the tail wildcard": ">",
  "a space": "a b",
  "a tab": "a\tb",
  "a line end": "a\r\nb",
  "a no-break space": "a\u00a0b",
  "a NUL": "a\0",
  "DEL": "a\x7f",
  "a C1 control": "a\u0085",
  "a lone surrogate": "a\ud800",
  "too long a text": "x".repeat(MAX_TOKEN_LENGTH + 1),
};

for (const [what, value] of Object.entries(refusedTokens)) {
  Deno.test(`token() refuses ${what}`, () => {
    throws(() => token(value), RangeError);
  });
}

for (const value of ["a", "x".repeat(MAX_TOKEN_LENGTH), "user:42", "ünïcode", "a/b", "$x", "😀"]) {
  Deno.test(`token() returns "${value.slice(0, 10)}" as it is`, () => {
    strictEqual(token(value), value);
  });
}

for (const value of ["", "A", "a.b", "-a", "_a", "a b", "é", "x".repeat(MAX_REALM_LENGTH + 1)]) {
  Deno.test(`realmToken() refuses "${value.slice(0, 10)}"`, () => {
    throws(() => realmToken(value), RangeError);
  });
}

Deno.test("decodeToken() gives back every text that encodeToken() spelled", () => {
  fc.assert(fc.property(text, (value) => {
    fc.pre(value.isWellFormed());
    const spelled = encodeToken(value);
    strictEqual(decodeToken(spelled), value);
    strictEqual(/^[-/=\w]+$/.test(spelled), true);
  }));
});

Deno.test("encodeToken() never spells two texts alike", () => {
  fc.assert(fc.property(text, text, (a, b) => {
    fc.pre(a !== b && a.isWellFormed() && b.isWellFormed());
    notStrictEqual(encodeToken(a), encodeToken(b));
  }));
});

Deno.test("decodeToken() accepts only what encodeToken() writes", () => {
  const anything = fc.string({ unit: fc.constantFrom(..."aZ0_/-=2EFfe39.%"), maxLength: 12 });
  fc.assert(fc.property(anything, (spelled) => {
    let decoded: string;
    try {
      decoded = decodeToken(spelled);
    } catch (error) {
      strictEqual(error instanceof RangeError, true);
      return;
    }
    strictEqual(encodeToken(decoded), spelled);
  }));
});

for (const spelled of ["", "=", "=2", "=2e", "=41", "a.b", "=FF", "=C0=80", "=ED=A0=80"]) {
  Deno.test(`decodeToken() refuses "${spelled}"`, () => {
    throws(() => decodeToken(spelled), RangeError);
  });
}

for (const value of ["", "\ud800", "x".repeat(MAX_ENCODED_TEXT_LENGTH + 1)]) {
  Deno.test(`encodeToken() refuses ${JSON.stringify(value.slice(0, 10))}`, () => {
    throws(() => encodeToken(value), RangeError);
  });
}

Deno.test("encodeToken() keeps a byte order mark", () => {
  strictEqual(decodeToken(encodeToken("\ufeffa")), "\ufeffa");
});
