import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { addKey, newKeyRing, rekeyRing, retireKey, retiringSince } from "./change_key_ring.ts";
import { CryptoError } from "./crypto_error.ts";
import { openKeyRing } from "./key_ring.ts";
import { type KeyRingData, parseKeyRing, ringVersions } from "./key_ring_data.ts";
import { newMasterKey, parseMasterKey } from "./master_key.ts";
import { unwrapKey } from "./wrap_key.ts";

const NOW = "2026-01-01T00:00:00Z";
const LATER = "2026-02-01T00:00:00Z";
const masterKey = parseMasterKey(newMasterKey());
const other = parseMasterKey(newMasterKey());
const one = await newKeyRing(masterKey, { now: NOW });
const place = "credential:a";

const counting = (length: number) => Uint8Array.from({ length }, (_, index) => index);

Deno.test("unwrapKey() reads the published wrapped key", async () => {
  // vault.md §9.3
  const passphrase = parseMasterKey("correct horse battery staple");
  const wrapped = {
    keyVersion: 100,
    salt: counting(32).toBase64(),
    iv: counting(12).toBase64(),
    data: "T4fNwjDDbcquTuQK/+zn8aHYjWSaMsZme25qcNEkvBSuZHK+lhgrdAMM2KgWhR2M1EQ5MgQCjQ8buXQM",
  };
  const entry = {
    kdf: "pbkdf2-sha256",
    iterations: 600_000,
    salt: counting(16).toBase64(),
    wrapped,
    state: "active",
    createdAt: NOW,
  } as const;
  const key = await unwrapKey(entry, { version: 100, masterKeys: [passphrase] });
  deepStrictEqual(key, counting(32));
  const ring = await openKeyRing({ current: 100, keys: { 100: entry } }, {
    masterKeys: [passphrase],
  });
  const data = "L2e6d6rJ4m3sNPv/Z9uRcPPJzKCIMfpKgYMeGw==";
  strictEqual(await ring.decrypt({ ...wrapped, data }, "credential:example"), "hello, vault");
});

Deno.test("a new ring is stretched slowly for a passphrase and simply for a random key", async () => {
  const entry = (await newKeyRing(parseMasterKey("a passphrase of mine"), { now: NOW })).keys[100];
  ok(entry?.kdf === "pbkdf2-sha256" && entry.iterations === 600_000);
  strictEqual(one.keys[100]?.kdf, "hkdf-sha256");
});

Deno.test("openKeyRing() refuses a master key that does not fit", async () => {
  await rejects(openKeyRing(one, { masterKeys: [other] }), {
    code: "WRONG_MASTER_KEY",
    message: "Cannot open: master key does not match key ring",
  });
  await rejects(openKeyRing(one, { masterKeys: [] }), { code: "WRONG_MASTER_KEY" });
});

Deno.test("openKeyRing() takes the old master key as well while both exist", async () => {
  const ring = await openKeyRing(one, { masterKeys: [other, masterKey] });
  strictEqual(await ring.decrypt(await ring.encrypt("x", place), place), "x");
});

Deno.test("after addKey() the new key encrypts and the old one still decrypts", async () => {
  const before = await openKeyRing(one, { masterKeys: [masterKey] });
  const envelope = await before.encrypt("x", place);
  const two = await addKey(one, { masterKey, now: LATER });
  const after = await openKeyRing(two, { masterKeys: [masterKey] });
  deepStrictEqual([two.keys[100]?.state, two.keys[101]?.state], ["retiring", "active"]);
  strictEqual(await after.decrypt(envelope, place), "x");
  strictEqual((await after.encrypt("x", place)).keyVersion, 101);
  strictEqual(retiringSince(two, 100), LATER);
  strictEqual(retiringSince(two, 101), undefined);
  await rejects(before.decrypt(await after.encrypt("x", place), place), {
    code: "UNKNOWN_KEY",
    message: "Cannot decrypt credential:a: no key of version 101",
  });
});

Deno.test("addKey() refuses a master key under which the others are not", async () => {
  await rejects(addKey(one, { masterKey: other, now: LATER }), { code: "WRONG_MASTER_KEY" });
});

Deno.test("retireKey() erases a key, and never the current one", async () => {
  const two = await addKey(one, { masterKey, now: LATER });
  const envelope = await (await openKeyRing(one, { masterKeys: [masterKey] })).encrypt("x", place);
  const retired = retireKey(two, 100);
  const entry = retired.keys[100];
  ok(entry?.kdf === "hkdf-sha256" && entry.wrapped === undefined && entry.state === "retired");
  const ring = await openKeyRing(retired, { masterKeys: [masterKey] });
  await rejects(ring.decrypt(envelope, place), { code: "UNKNOWN_KEY" });
  throws(() => retireKey(two, 101), { code: "REFUSED" });
  throws(() => retireKey(two, 102), { code: "UNKNOWN_KEY" });
  // A third key takes the next number, not one that was in use.
  deepStrictEqual(ringVersions(await addKey(retired, { masterKey, now: LATER })), [100, 101, 102]);
});

Deno.test("after rekeyRing() only the new master key opens the ring, and every envelope still opens", async () => {
  const two = await addKey(one, { masterKey, now: LATER });
  const before = await openKeyRing(two, { masterKeys: [masterKey] });
  const envelope = await before.encrypt("x", place);
  const rekeyed = await rekeyRing(retireKey(two, 100), { from: [masterKey], to: other });
  const after = await openKeyRing(rekeyed, { masterKeys: [other] });
  strictEqual(await after.decrypt(envelope, place), "x");
  // A node that runs has the same data keys.
  strictEqual(await before.decrypt(await after.encrypt("y", place), place), "y");
  await rejects(openKeyRing(rekeyed, { masterKeys: [masterKey] }), { code: "WRONG_MASTER_KEY" });
  await rejects(rekeyRing(one, { from: [other], to: other }), { code: "WRONG_MASTER_KEY" });
  const salts = [two, rekeyed].map(({ keys }) =>
    keys[101]?.kdf === "hkdf-sha256" ? keys[101].salt : ""
  );
  ok(salts[0] !== salts[1]);
});

Deno.test("an entry that stands under another number does not open", async () => {
  const entry = one.keys[100];
  ok(entry);
  const moved = { current: 101, keys: { 101: entry } };
  await rejects(openKeyRing(moved, { masterKeys: [masterKey] }), { code: "WRONG_MASTER_KEY" });
});

Deno.test("an entry of kind vault takes its key from the vault", async () => {
  const ring: KeyRingData = {
    current: 100,
    keys: { 100: { kdf: "vault", version: 2, state: "active", createdAt: NOW } },
  };
  await rejects(openKeyRing(ring, { masterKeys: [] }), /the vault is locked/);
  const opened = await openKeyRing(ring, { masterKeys: [], vaultKey: () => counting(32) });
  strictEqual(await opened.decrypt(await opened.encrypt("x", place), place), "x");
});

Deno.test("a key that is retired is not used, also where it was not erased", async () => {
  const two = await addKey(one, { masterKey, now: LATER });
  const envelope = await (await openKeyRing(one, { masterKeys: [masterKey] })).encrypt("x", place);
  const entry = two.keys[100];
  ok(entry);
  const kept: KeyRingData = { ...two, keys: { ...two.keys, 100: { ...entry, state: "retired" } } };
  const ring = await openKeyRing(kept, { masterKeys: [masterKey] });
  await rejects(ring.decrypt(envelope, place), { code: "UNKNOWN_KEY" });
});

Deno.test("a key is derived once and not once per envelope", async () => {
  let derived = 0;
  const counted = {
    ...masterKey,
    derive: (how: Parameters<typeof masterKey.derive>[0]) => {
      derived++;
      return masterKey.derive(how);
    },
  };
  const ring = await openKeyRing(one, { masterKeys: [counted] });
  const envelopes = await Promise.all(Array.from({ length: 20 }, () => ring.encrypt("x", place)));
  await Promise.all(envelopes.map((it) => ring.decrypt(it, place)));
  strictEqual(derived, 1);
});

const BAD: readonly (readonly [string, unknown])[] = [
  ["nothing", undefined],
  ["no keys", { current: 100, keys: {} }],
  ["a current version that is not there", { ...one, current: 101 }],
  ["a version of the vault", { current: 2, keys: { 2: one.keys[100] } }],
  ["a current version that is retiring", {
    current: 100,
    keys: { 100: { ...one.keys[100], state: "retiring" } },
  }],
  ["two active versions", { current: 100, keys: { ...one.keys, 101: one.keys[100] } }],
  ["too few iterations", {
    current: 100,
    keys: { 100: { ...one.keys[100], kdf: "pbkdf2-sha256", iterations: 99_999 } },
  }],
  ["iterations that would take hours", {
    current: 100,
    keys: { 100: { ...one.keys[100], kdf: "pbkdf2-sha256", iterations: 1e12 } },
  }],
  ["another info", { current: 100, keys: { 100: { ...one.keys[100], info: "x" } } }],
  ["an envelope that is none", { current: 100, keys: { 100: { ...one.keys[100], wrapped: {} } } }],
];
for (const [what, value] of BAD) {
  Deno.test(`parseKeyRing() refuses ${what}`, () => {
    throws(() => parseKeyRing(value), { code: "MALFORMED" });
  });
}

Deno.test("parseKeyRing() returns or throws one error, whatever it is given", () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.record({ current: fc.anything(), keys: fc.dictionary(fc.string(), fc.anything()) }),
  );
  fc.assert(fc.property(anything, (value) => {
    try {
      parseKeyRing(value);
    } catch (error) {
      ok(error instanceof CryptoError && error.code === "MALFORMED");
    }
  }));
});
