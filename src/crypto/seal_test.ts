import { notStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { createCipheriv, createDecipheriv } from "node:crypto";
import fc from "fast-check";
import type { Bytes } from "./bytes.ts";
import { type EncryptedData, envelopeBytes, MAX_PLAINTEXT_BYTES } from "./encrypted_data.ts";
import { importKey, seal, unseal } from "./seal.ts";

function counting(length: number): Bytes {
  return Uint8Array.from({ length }, (_, index) => index);
}

const IV = counting(12).toBase64();
const SALT = counting(32).toBase64();
const key = await importKey(counting(32));
const place = { keyVersion: 100, context: "credential:example" };

function hex(text: string): Promise<CryptoKey> {
  return importKey(Uint8Array.fromHex(text));
}

// vault.md §4 and §9.3: the iv is 00…0b, the plain text "hello, vault".
const VECTORS = [
  [2, undefined, "Z4F3fEjAeHkk+dW3NWASjPiA9gaRwBOnH9ZSdg=="],
  [3, undefined, "BejR09/v9lPx1A9mpCjSnBafsw9VCfREmbHA/Q=="],
  [100, "credential:example", "L2e6d6rJ4m3sNPv/Z9uRcPPJzKCIMfpKgYMeGw=="],
] as const;
const KEYS: Readonly<Record<number, Promise<CryptoKey>>> = {
  2: hex("fbed5fa9110df4214baa259a4cd6bd3902373231472d317b8f3686b1d63df17a"),
  3: hex("3ddaf7a4485d755c959c883347420fdc9fa2a64fb1edae8a5f312e82c210f0f0"),
  100: importKey(counting(32)),
};
for (const [keyVersion, context, data] of VECTORS) {
  Deno.test(`unseal() reads the published envelope of version ${keyVersion}`, async () => {
    const key = await KEYS[keyVersion];
    if (key === undefined) throw new Error("no key");
    const envelope = { keyVersion, salt: SALT, iv: IV, data };
    strictEqual(await unseal(envelope, { key, context }), "hello, vault");
  });
}

Deno.test("seal() writes what another implementation of AES-256-GCM reads", async () => {
  const { iv, data } = envelopeBytes(await seal("hello", { key, ...place }));
  const decipher = createDecipheriv("aes-256-gcm", counting(32), iv);
  decipher.setAAD(new TextEncoder().encode("alk-enc:1\ncredential:example\n100"));
  decipher.setAuthTag(data.subarray(-16));
  strictEqual(
    decipher.update(data.subarray(0, -16), undefined, "utf8") + decipher.final("utf8"),
    "hello",
  );
});

Deno.test("unseal() reads what another implementation of AES-256-GCM writes", async () => {
  const cipher = createCipheriv("aes-256-gcm", counting(32), counting(12));
  const data = Buffer.concat([cipher.update("hello", "utf8"), cipher.final(), cipher.getAuthTag()]);
  const envelope = { keyVersion: 7, salt: SALT, iv: IV, data: data.toString("base64") };
  strictEqual(await unseal(envelope, { key }), "hello");
});

for (
  const [what, text] of [
    ["nothing", ""],
    ["a mebibyte", "x".repeat(1024 * 1024)],
    ["characters beyond the basic plane", "\u{1f511}\u{10ffff} key"],
    ["a byte order mark", "\ufeffmarked"],
    ["zeros and line ends", "\0\r\n"],
  ] as const
) {
  Deno.test(`seal() and unseal() bring back ${what}`, async () => {
    strictEqual(await unseal(await seal(text, { key, ...place }), { key, ...place }), text);
  });
}

Deno.test("every well-formed text comes back", async () => {
  await fc.assert(fc.asyncProperty(
    fc.string({ unit: "binary" }),
    async (text) => await unseal(await seal(text, { key, ...place }), { key, ...place }) === text,
  ));
});

Deno.test("seal() makes another nonce and another cipher text each time", async () => {
  const [one, two] = [await seal("x", { key, ...place }), await seal("x", { key, ...place })];
  notStrictEqual(one.iv, two.iv);
  notStrictEqual(one.data, two.data);
  notStrictEqual(one.salt, two.salt);
});

const FAILED = { message: "Cannot decrypt: wrong key, wrong place or damaged" };

function flip(text: string, bit: number): string {
  const bytes = Uint8Array.fromBase64(text);
  const at = bit % (bytes.length * 8);
  bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7));
  return bytes.toBase64();
}

Deno.test("any flipped bit of nonce, cipher text or tag gives the same error", async () => {
  const envelope = await seal("hello", { key, ...place });
  const bits: readonly (readonly ["iv" | "data", number])[] = [["iv", 96], ["data", 21 * 8]];
  for (const [field, count] of bits) {
    for (let bit = 0; bit < count; bit++) {
      const forged = { ...envelope, [field]: flip(envelope[field], bit) };
      await rejects(unseal(forged, { key, ...place }), FAILED);
    }
  }
});

Deno.test("any part of the cipher text that is cut off is missed", async () => {
  const envelope = await seal("hello, vault", { key, ...place });
  const data = Uint8Array.fromBase64(envelope.data);
  for (let length = 0; length < data.length; length++) {
    const forged = { ...envelope, data: data.subarray(0, length).toBase64() };
    await rejects(unseal(forged, { key, ...place }), { code: /MALFORMED|DECRYPTION_FAILED/ });
  }
});

Deno.test("no forged cipher text is accepted", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 16, maxLength: 64 }), async (data) => {
      const forged = { keyVersion: 100, salt: SALT, iv: IV, data: data.toBase64() };
      await rejects(unseal(forged, { key, ...place }), FAILED);
    }),
    { numRuns: 300 },
  );
});

const MOVES: readonly (readonly [string, (it: EncryptedData) => EncryptedData, string])[] = [
  ["to another row", (it) => it, "credential:other"],
  ["to another kind of place", (it) => it, "config:example"],
  ["to another version", (it) => ({ ...it, keyVersion: 101 }), "credential:example"],
  ["to a place whose name swallows the version", (it) => it, "credential:example 100"],
  ["to a version without places", (it) => ({ ...it, keyVersion: 2 }), "credential:example"],
];
for (const [how, move, context] of MOVES) {
  Deno.test(`an envelope of the key ring that is moved ${how} fails`, async () => {
    const envelope = await seal("hello", { key, ...place });
    await rejects(unseal(move(envelope), { key, context }), FAILED);
  });
}

Deno.test("an envelope below version 100 does not know its place", async () => {
  const envelope = await seal("hello", { key, keyVersion: 2, context: "credential:a" });
  strictEqual(await unseal(envelope, { key, context: "credential:b" }), "hello");
  strictEqual(await unseal(envelope, { key }), "hello");
});

for (
  const context of [undefined, "", "credential", "credential:", "Credential:a", "a:b\nc", "a:\0"]
) {
  Deno.test(`version 100 takes no place ${JSON.stringify(context)}`, async () => {
    await rejects(seal("x", { key, keyVersion: 100, context }), { code: "REFUSED" });
    const envelope = await seal("x", { key, ...place });
    await rejects(unseal(envelope, { key, context }), { code: "REFUSED" });
  });
}

Deno.test("seal() refuses a text that would not come back, and one that is too long", async () => {
  await rejects(seal("\ud800", { key, ...place }), { code: "REFUSED" });
  const long = "x".repeat(MAX_PLAINTEXT_BYTES + 1);
  await rejects(seal(long, { key, ...place }), { code: "REFUSED" });
  // Fewer characters than bytes are allowed, but more bytes.
  await rejects(seal("ü".repeat(MAX_PLAINTEXT_BYTES / 2 + 1), { key, ...place }), {
    code: "REFUSED",
  });
});

Deno.test("unseal() refuses bytes that are no text with the same words", async () => {
  const cipher = createCipheriv("aes-256-gcm", counting(32), counting(12));
  const data = Buffer.concat([cipher.update(Buffer.of(0xff)), cipher.final(), cipher.getAuthTag()]);
  const envelope = { keyVersion: 7, salt: SALT, iv: IV, data: data.toString("base64") };
  await rejects(unseal(envelope, { key }), FAILED);
});

Deno.test("importKey() overwrites the bytes, and the key cannot be read back", async () => {
  const bytes = counting(32);
  const key = await importKey(bytes);
  strictEqual(bytes.every((byte) => byte === 0), true);
  await rejects(crypto.subtle.exportKey("raw", key), { name: "InvalidAccessError" });
  await rejects(importKey(counting(16)), { code: "REFUSED" });
});
