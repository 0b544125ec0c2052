import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { createHmac, createPrivateKey, createPublicKey } from "node:crypto";
import fc from "fast-check";
import { HARDENED, parsePath } from "./derivation_path.ts";
import { deriveSlip10, publicKeyOf } from "./slip10.ts";

const ONE = "000102030405060708090a0b0c0d0e0f";
const TWO = "fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a2" +
  "9f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542";

// SLIP-0010, test vectors 1 and 2 for ed25519.
const VECTORS = [
  [
    ONE,
    "m",
    "2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7",
    "a4b2856bfec510abab89753fac1ac0e1112364e7d250545963f135f2a33188ed",
  ],
  [
    ONE,
    "m/0'",
    "68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3",
    "8c8a13df77a28f3445213a0f432fde644acaa215fc72dcdf300d5efaa85d350c",
  ],
  [
    ONE,
    "m/0'/1'",
    "b1d0bad404bf35da785a64ca1ac54b2617211d2777696fbffaf208f746ae84f2",
    "1932a5270f335bed617d5b935c80aedb1a35bd9fc1e31acafd5372c30f5c1187",
  ],
  [
    ONE,
    "m/0'/1'/2'",
    "92a5b23c0b8a99e37d07df3fb9966917f5d06e02ddbd909c7e184371463e9fc9",
    "ae98736566d30ed0e9d2f4486a64bc95740d89c7db33f52121f8ea8f76ff0fc1",
  ],
  [
    ONE,
    "m/0'/1'/2'/2'",
    "30d1dc7e5fc04c31219ab25a27ae00b50f6fd66622f6e9c913253d6511d1e662",
    "8abae2d66361c879b900d204ad2cc4984fa2aa344dd7ddc46007329ac76c429c",
  ],
  [
    ONE,
    "m/0'/1'/2'/2'/1000000000'",
    "8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793",
    "3c24da049451555d51a7014a37337aa4e12d41e485abccfa46b47dfb2af54b7a",
  ],
  [
    TWO,
    "m",
    "171cb88b1b3c1db25add599712e36245d75bc65a1a5c9e18d76f9f2b1eab4012",
    "8fe9693f8fa62a4305a140b9764c5ee01e455963744fe18204b4fb948249308a",
  ],
  [
    TWO,
    "m/0'",
    "1559eb2bbec5790b0c65d8693e4d0875b1747f4970ae8b650486ed7470845635",
    "86fab68dcb57aa196c77c5f264f215a112c22a912c10d123b0d03c3c28ef1037",
  ],
  [
    TWO,
    "m/0'/2147483647'/1'/2147483646'/2'",
    "551d333177df541ad876a60ea71f00447931c0a9da16f227c11ea080d7391b8d",
    "47150c75db263559a70d5778bf36abbab30fb061ad69f69ece61a72b0cfa4fc0",
  ],
] as const;
for (const [seed, path, privateKey, publicKey] of VECTORS) {
  Deno.test(`deriveSlip10() gives the published key at ${path} of ${seed.slice(0, 8)}…`, () => {
    const key = deriveSlip10(Uint8Array.fromHex(seed), parsePath(path));
    strictEqual(key.toHex(), privateKey);
    strictEqual(publicKeyOf(key).toHex(), publicKey);
  });
}

Deno.test("publicKeyOf() gives the published key of RFC 8032 §7.1, test 1", () => {
  const seed = Uint8Array.fromHex(
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
  );
  strictEqual(
    publicKeyOf(seed).toHex(),
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
  );
});

/** The same rules once more, with another implementation of HMAC. */
function expected(seed: Uint8Array, indices: readonly number[]): string {
  const hmac = (key: string | Uint8Array, data: Uint8Array) =>
    createHmac("sha512", key).update(data).digest();
  let digest = hmac("ed25519 seed", seed);
  for (const index of indices) {
    const data = Buffer.alloc(37);
    data.set(digest.subarray(0, 32), 1);
    data.writeUInt32BE(index, 33);
    digest = hmac(digest.subarray(32), data);
  }
  return digest.subarray(0, 32).toString("hex");
}

Deno.test("every path gives the key that another implementation gives", () => {
  const hardened = fc.integer({ min: HARDENED, max: 2 ** 32 - 1 });
  const seeds = fc.uint8Array({ minLength: 16, maxLength: 64 });
  fc.assert(fc.property(seeds, fc.array(hardened, { maxLength: 6 }), (seed, indices) => {
    const key = deriveSlip10(seed, indices);
    strictEqual(key.toHex(), expected(seed, indices));
    const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), key]);
    const theirs = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
    const spki = theirs.export({ format: "der", type: "spki" });
    deepStrictEqual(new Uint8Array(spki.subarray(-32)), publicKeyOf(key));
  }));
});

Deno.test("deriveSlip10() refuses an index that is not hardened", () => {
  const seed = Uint8Array.fromHex(ONE);
  throws(() => deriveSlip10(seed, parsePath("m/0'/1")), { code: "Derivation" });
});
