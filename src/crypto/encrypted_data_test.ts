import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { CryptoError } from "./crypto_error.ts";
import {
  envelopeBytes,
  envelopeOf,
  MAX_PLAINTEXT_BYTES,
  parseEncryptedData,
} from "./encrypted_data.ts";

const GOOD = {
  keyVersion: 100,
  salt: new Uint8Array(32).toBase64(),
  iv: new Uint8Array(12).toBase64(),
  data: new Uint8Array(16).toBase64(),
};

Deno.test("parseEncryptedData() takes either spelling of the version and writes one", () => {
  const { keyVersion, ...rest } = GOOD;
  deepStrictEqual(parseEncryptedData(GOOD), GOOD);
  deepStrictEqual(parseEncryptedData({ ...rest, key_version: keyVersion }), GOOD);
  deepStrictEqual(parseEncryptedData({ ...GOOD, key_version: keyVersion }), GOOD);
  throws(() => parseEncryptedData({ ...GOOD, key_version: 101 }), { code: "MALFORMED" });
});

Deno.test("parseEncryptedData() ignores fields that it does not know", () => {
  deepStrictEqual(parseEncryptedData({ ...GOOD, note: "x", __proto__: { iv: 1 } }), GOOD);
});

Deno.test("envelopeBytes() and envelopeOf() are each other's inverse", () => {
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.uint8Array({ minLength: 16, maxLength: 99 }),
    (keyVersion, salt, data) => {
      const envelope = { ...GOOD, keyVersion, salt: salt.toBase64(), data: data.toBase64() };
      deepStrictEqual(envelopeOf(envelopeBytes(envelope)), envelope);
    },
  ));
});

const REFUSED: readonly (readonly [string, unknown])[] = [
  ["nothing", undefined],
  ["null", null],
  ["a text", "envelope"],
  ["an array", []],
  ["no version", { ...GOOD, keyVersion: undefined }],
  ["a version in words", { ...GOOD, keyVersion: "100" }],
  ["half a version", { ...GOOD, keyVersion: 1.5 }],
  ["a negative version", { ...GOOD, keyVersion: -1 }],
  ["a version without end", { ...GOOD, keyVersion: Infinity }],
  ["an iv that is too short", { ...GOOD, iv: new Uint8Array(11).toBase64() }],
  ["an iv that is too long", { ...GOOD, iv: new Uint8Array(16).toBase64() }],
  ["a salt of another length", { ...GOOD, salt: new Uint8Array(31).toBase64() }],
  ["data without a whole tag", { ...GOOD, data: new Uint8Array(15).toBase64() }],
  ["base64 for URLs", {
    ...GOOD,
    data: new Uint8Array(18).fill(255).toBase64({ alphabet: "base64url" }),
  }],
  ["base64 without padding", { ...GOOD, data: GOOD.data.replaceAll("=", "") }],
  ["base64 with white space", { ...GOOD, data: ` ${GOOD.data}` }],
  ["base64 with stray bits", { ...GOOD, data: `${GOOD.data.slice(0, -3)}B==` }],
  ["data that is no text", { ...GOOD, data: 1 }],
  ["a giant iv", { ...GOOD, iv: "A".repeat(1_000_000) }],
  ["giant data", { ...GOOD, data: "A".repeat(MAX_PLAINTEXT_BYTES * 2) }],
];
for (const [what, value] of REFUSED) {
  Deno.test(`parseEncryptedData() refuses ${what}`, () => {
    throws(() => parseEncryptedData(value), { code: "MALFORMED" });
  });
}

Deno.test("parseEncryptedData() returns or throws one error, whatever it is given", () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.record({
      keyVersion: fc.anything(),
      salt: fc.anything(),
      iv: fc.anything(),
      data: fc.anything(),
    }),
    fc.string().map((data) => ({ ...GOOD, data })),
  );
  fc.assert(
    fc.property(anything, (value) => {
      try {
        ok(envelopeBytes(parseEncryptedData(value)));
      } catch (error) {
        ok(error instanceof CryptoError);
        strictEqual(error.code, "MALFORMED");
      }
    }),
    { numRuns: 2000 },
  );
});
