import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { pbkdf2Sync } from "node:crypto";
import { inspect } from "node:util";
import type { Bytes } from "./bytes.ts";
import { hkdf, pbkdf2 } from "./derive_key.ts";
import { newMasterKey, parseMasterKey } from "./master_key.ts";

function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}
const counting = (length: number) => Uint8Array.from({ length }, (_, index) => index);

// RFC 7914 §11 (the first 32 bytes), vault.md §9.3.
const PBKDF2 = [
  ["passwd", utf8("salt"), 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"],
  [
    "Password",
    utf8("NaCl"),
    80_000,
    "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56",
  ],
  [
    "correct horse battery staple",
    counting(16),
    600_000,
    "ef177144eec9420cbc1093d2a8b344a92bc506d0d4ec9c028dd19f8324d8c1e6",
  ],
] as const;
for (const [password, salt, iterations, key] of PBKDF2) {
  Deno.test(`pbkdf2() gives the published key of "${password}", as Node's own does`, async () => {
    strictEqual((await pbkdf2(utf8(password), { salt, iterations })).toHex(), key);
    strictEqual(pbkdf2Sync(password, salt, iterations, 32, "sha256").toString("hex"), key);
  });
}

// RFC 5869 A.3 (the first 32 bytes), vault.md §9.3.
const HKDF = [
  [
    new Uint8Array(22).fill(0x0b),
    new Uint8Array(),
    "",
    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d",
  ],
  [
    new Uint8Array(32).fill(0xaa),
    counting(32),
    "alk-ring",
    "48615acb8455642fbc95036ea3757037b42c29296fa8f32f13c40828cfcae74f",
  ],
] as const;
for (const [secret, salt, info, key] of HKDF) {
  Deno.test(`hkdf() gives the published key for info "${info}"`, async () => {
    strictEqual((await hkdf(secret, { salt, info })).toHex(), key);
  });
}

const WEAK = [
  ["a short passphrase", "fifteen letters"],
  ["a passphrase that is padded with spaces", `${" ".repeat(20)}short${" ".repeat(20)}`],
  ["sixteen bytes of fewer characters", "\u{1f511}".repeat(15)],
  ["nothing", ""],
  ["31 random bytes", `base64:${new Uint8Array(31).toBase64()}`],
  ["random bytes in another spelling", `base64:${"_".repeat(44)}`],
  ["half a character", `${"x".repeat(16)}\ud800`],
  ["a whole file", "x".repeat(5000)],
] as const;
for (const [what, text] of WEAK) {
  Deno.test(`parseMasterKey() refuses ${what} and does not repeat it`, () => {
    throws(() => parseMasterKey(text), (error) => {
      strictEqual(Reflect.get(Object(error), "code"), "WEAK_MASTER_KEY");
      return text === "" || !String(error).includes(text.trim());
    });
  });
}

Deno.test("newMasterKey() makes another random key each time", () => {
  strictEqual(parseMasterKey(newMasterKey()).kind, "random");
  strictEqual(new Set(Array.from({ length: 50 }, newMasterKey)).size, 50);
});

Deno.test("a master key shows nothing, and derives nothing once it is disposed of", async () => {
  const text = "correct horse battery staple";
  const key = parseMasterKey(` ${text}\n`);
  const how = { kdf: "pbkdf2-sha256", salt: counting(16), iterations: 100_000 } as const;
  const before = await key.derive(how);
  for (
    const shown of [
      inspect(key, { depth: 9, showHidden: true }),
      JSON.stringify(key),
      Deno.inspect(key),
    ]
  ) {
    strictEqual(shown.includes("horse"), false);
  }
  throws(() => structuredClone(key));
  key[Symbol.dispose]();
  const zeros = await pbkdf2(new Uint8Array(text.length), how);
  deepStrictEqual(await key.derive(how), zeros);
  strictEqual(before.toHex() === zeros.toHex(), false);
});

Deno.test("a passphrase and random bytes are not stretched in each other's way", async () => {
  const salt = counting(32);
  const passphrase = parseMasterKey("correct horse battery staple");
  const random = parseMasterKey(newMasterKey());
  const wrong = { code: "WRONG_MASTER_KEY" };
  await rejects(passphrase.derive({ kdf: "hkdf-sha256", salt, info: "alk-ring" }), wrong);
  await rejects(random.derive({ kdf: "pbkdf2-sha256", salt, iterations: 100_000 }), wrong);
});
