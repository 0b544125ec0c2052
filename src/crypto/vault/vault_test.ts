import {
  deepStrictEqual,
  doesNotMatch,
  notStrictEqual,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import { inspect } from "node:util";
import { PATHS } from "./derivation_path.ts";
import { DerivedKey } from "./derived_key.ts";
import { Mnemonic } from "./mnemonic.ts";
import { Vault } from "./vault.ts";

const PHRASE = `${"abandon ".repeat(11)}about`;

function unlocked(passphrase?: string): Vault {
  const vault = new Vault();
  vault.unlock(PHRASE, passphrase);
  return vault;
}

// vault.md §3.5
const KEYS = [
  [
    PATHS.IDENTITY,
    "603aa5c626317fda4afd87b902e5c9de76c33f40834005245e1c5a675e92d700",
    "e78c2766a792f09bfccb51493968ac322283e8d021a30063784d806929762ecc",
  ],
  [
    "m/74'/0'/0'/1'",
    "550f05587732eeb6bd0de879f77b89e3593a655733f794be9a05dad90c3a1d24",
    "733961f7573657324f22e91f06ea4f0b359e2efa0ccffc954616dadee7444daa",
  ],
  [
    PATHS.SSH_HOST,
    "be2dfaff0d268c833fd9c653b9bd352cef3ec2b211db804211c9f912b63dc3ab",
    "6a9dd5c41915fba6cc22b8760263aba45b068cae7bead1d069c7b8eeb0118134",
  ],
] as const;
for (const [path, privateKey, publicKey] of KEYS) {
  Deno.test(`deriveEd25519() gives the published key at ${path}`, () => {
    using vault = unlocked();
    const key = vault.deriveEd25519(path);
    deepStrictEqual([key.privateKey.toHex(), key.publicKey.toHex()], [privateKey, publicKey]);
  });
}

for (
  const [version, key] of [
    [2, "fbed5fa9110df4214baa259a4cd6bd3902373231472d317b8f3686b1d63df17a"],
    [3, "3ddaf7a4485d755c959c883347420fdc9fa2a64fb1edae8a5f312e82c210f0f0"],
  ] as const
) {
  Deno.test(`deriveEncryptionKeyForVersion() gives the published key of version ${version}`, () => {
    using vault = unlocked();
    strictEqual(vault.deriveEncryptionKeyForVersion(version).privateKey.toHex(), key);
  });
}

const envelope = {
  keyVersion: 2,
  salt: new Uint8Array(32).toBase64(),
  iv: "AAECAwQFBgcICQoL",
  data: "Z4F3fEjAeHkk+dW3NWASjPiA9gaRwBOnH9ZSdg==",
};

Deno.test("decrypt() reads the published envelope of version 2", async () => {
  using vault = unlocked();
  strictEqual(await vault.decrypt(envelope), "hello, vault");
});

Deno.test("the same phrase and passphrase give the same keys in another vault, another passphrase others", () => {
  using one = unlocked("p");
  using two = unlocked("p");
  using three = unlocked("q");
  const keys = [one, two, three].map((it) => it.deriveEd25519(PATHS.IDENTITY).privateKey.toHex());
  strictEqual(keys[0], keys[1]);
  notStrictEqual(keys[0], keys[2]);
});

Deno.test("a version that is not the vault's is refused, never mapped to some key", async () => {
  using vault = unlocked();
  for (const keyVersion of [0, 1, 100, 101]) {
    await rejects(vault.decrypt({ ...envelope, keyVersion }), { code: "InvalidPath" });
    await rejects(vault.encrypt("x", keyVersion), { code: "InvalidPath" });
  }
});

Deno.test("an envelope of version 2 with the salt of a password is refused like a forged one", async () => {
  using vault = unlocked();
  const salt = new Uint8Array(16).toBase64();
  const message = "Cannot decrypt: wrong key or damaged";
  await rejects(vault.decrypt({ ...envelope, salt }), { code: "Encryption", message });
  await rejects(vault.decrypt({ ...envelope, iv: envelope.salt.slice(0, 16) }), {
    code: "Encryption",
    message,
  });
});

for (
  const [what, bad] of [["iv", { iv: "AAAA" }], ["data", { data: "?" }], ["salt", {
    salt: "",
  }]] as const
) {
  Deno.test(`decrypt() of a misspelled ${what} is an error and leaves the vault usable`, async () => {
    using vault = unlocked();
    await rejects(vault.decrypt({ ...envelope, ...bad }), { code: "Encryption" });
    strictEqual(await vault.decrypt(envelope), "hello, vault");
  });
}

Deno.test("rotate() moves an envelope to a newer version, and back only when forced", async () => {
  using vault = unlocked();
  const three = await vault.rotate(envelope, 3);
  strictEqual(three.keyVersion, 3);
  strictEqual(await vault.decrypt(three), "hello, vault");
  strictEqual(await vault.decrypt(envelope), "hello, vault");
  notStrictEqual((await vault.rotate(three, 3)).iv, three.iv);
  await rejects(vault.rotate(three, 2), { code: "Encryption" });
  strictEqual((await vault.rotate(three, 2, { force: true })).keyVersion, 2);
});

const ACTS: readonly (readonly [string, (vault: Vault) => unknown])[] = [
  ["deriveEd25519", (vault) => vault.deriveEd25519("m")],
  ["deriveEncryptionKey", (vault) => vault.deriveEncryptionKey(PATHS.ENCRYPTION)],
  ["deriveEncryptionKeyForVersion", (vault) => vault.deriveEncryptionKeyForVersion(1)],
  ["deriveEthereumKey", (vault) => vault.deriveEthereumKey(PATHS.ETHEREUM)],
  ["evictExpired", (vault) => vault.evictExpired()],
  ["encrypt", (vault) => vault.encrypt("x")],
  ["decrypt", (vault) => vault.decrypt(envelope)],
  ["rotate", (vault) => vault.rotate(envelope, 3)],
];
for (const [name, act] of ACTS) {
  Deno.test(`${name}() of a locked vault throws VaultLocked, before and after it was unlocked`, async () => {
    const vault = new Vault();
    await rejects(async () => await act(vault), { code: "VaultLocked" });
    vault.unlock(PHRASE);
    vault.lock();
    vault.lock();
    strictEqual(vault.isUnlocked, false);
    await rejects(async () => await act(vault), { code: "VaultLocked" });
  });
}

Deno.test("lock() overwrites the seed and the phrase", () => {
  const held: { mnemonic: Mnemonic; seed: Uint8Array }[] = [];
  const toSeed = Mnemonic.prototype.toSeed;
  Mnemonic.prototype.toSeed = function (passphrase) {
    const seed = toSeed.call(this, passphrase);
    held.push({ mnemonic: this, seed });
    return seed;
  };
  try {
    unlocked().lock();
  } finally {
    Mnemonic.prototype.toSeed = toSeed;
  }
  const [{ mnemonic, seed } = { mnemonic: undefined, seed: undefined }] = held;
  strictEqual(seed?.every((byte) => byte === 0), true);
  strictEqual(mnemonic?.reveal(), "\0".repeat(PHRASE.length));
});

Deno.test("a vault that is unlocked keeps its first seed", () => {
  using vault = unlocked();
  const before = vault.deriveEd25519("m").privateKey.toHex();
  throws(() => vault.unlock("zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong"), {
    code: "AlreadyUnlocked",
  });
  throws(() => vault.unlockNew(12), { code: "AlreadyUnlocked" });
  strictEqual(vault.deriveEd25519("m").privateKey.toHex(), before);
});

Deno.test("a phrase that is refused leaves the vault locked", () => {
  const vault = new Vault();
  throws(() => vault.unlock("abandon"), { code: "Mnemonic" });
  throws(() => vault.unlockNew(13), { code: "Mnemonic" });
  strictEqual(vault.isUnlocked, false);
});

Deno.test("unlockNew() returns the phrase that opens the same vault again", async () => {
  using vault = new Vault();
  const phrase = vault.unlockNew(24);
  using again = new Vault();
  again.unlock(phrase);
  strictEqual(await again.decrypt(await vault.encrypt("x")), "x");
});

Deno.test("a path that is cached as one type of key is given out as the other", () => {
  using vault = unlocked();
  strictEqual(vault.deriveEd25519(PATHS.ENCRYPTION).keyType, "Ed25519");
  strictEqual(vault.deriveEncryptionKey(PATHS.ENCRYPTION).keyType, "Aes256Gcm");
  strictEqual(vault.deriveEd25519("m/74h/2h/0h/0h").keyType, "Ed25519");
});

Deno.test("a key that its owner disposes of is zeros, and the next one is not", () => {
  using vault = unlocked();
  const first = vault.deriveEd25519(PATHS.IDENTITY);
  const bytes = first.privateKey;
  first[Symbol.dispose]();
  strictEqual(bytes.every((byte) => byte === 0), true);
  strictEqual(vault.deriveEd25519(PATHS.IDENTITY).privateKey.toHex(), KEYS[0][1]);
});

Deno.test("secp256k1 is not built in, and says so for a good path only", () => {
  using vault = unlocked();
  throws(() => vault.deriveEthereumKey(PATHS.ETHEREUM), { code: "UnsupportedKeyType" });
  throws(() => vault.deriveEthereumKey("x"), { code: "InvalidPath" });
  throws(() => vault.deriveEd25519(PATHS.ETHEREUM), { code: "Derivation" });
});

Deno.test("vault and keys show no secret byte, however they are shown", () => {
  using vault = unlocked();
  const key = vault.deriveEd25519(PATHS.IDENTITY);
  const secret = key.privateKey;
  const ways = [
    (it: unknown) => inspect(it, { depth: 9, showHidden: true }),
    (it: unknown) => Deno.inspect(it, { depth: 9, showProxy: true }),
    (it: unknown) => JSON.stringify({ it }),
    (it: unknown) => `${it}`,
    (it: unknown) => inspect({ ...Object(it) }, { depth: 9 }),
    (it: unknown) => inspect(structuredClone({ ...Object(it) }), { depth: 9 }),
  ];
  for (const shown of [vault, key].flatMap((it) => ways.map((way) => way(it)))) {
    doesNotMatch(
      shown,
      new RegExp(`abandon|${secret.toHex()}|${secret[0]}, *${secret[1]}, *${secret[2]}`),
    );
    strictEqual(shown.includes(secret.toBase64()), false);
  }
});

Deno.test("a key that was written without its private half cannot be read again", () => {
  using vault = unlocked();
  const key = vault.deriveEd25519(PATHS.IDENTITY);
  const written: unknown = JSON.parse(JSON.stringify(key));
  throws(() => DerivedKey.fromJSON(written), { code: "Derivation", message: /left out/ });
  const whole = { ...key.toJSON(), privateKey: key.privateKey.toBase64() };
  deepStrictEqual(DerivedKey.fromJSON(whole).privateKey, key.privateKey);
  for (const bad of [null, {}, { ...whole, privateKey: "AAAA" }, { ...whole, keyType: "Rsa" }]) {
    throws(() => DerivedKey.fromJSON(bad), { code: "Derivation" });
  }
});
