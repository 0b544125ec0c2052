import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  devicePath,
  encryptionPathForVersion,
  formatPath,
  HARDENED,
  parsePath,
  PATHS,
} from "./derivation_path.ts";

Deno.test("parsePath() reads both marks of a hardened index, and none", () => {
  deepStrictEqual(parsePath("m"), []);
  deepStrictEqual(parsePath("m/44'/0h/7"), [HARDENED + 44, HARDENED, 7]);
  deepStrictEqual(parsePath("m/2147483647'"), [2 ** 32 - 1]);
});

for (
  const path of [
    "",
    "/",
    "M",
    "m/",
    "m//0'",
    "0'/1'",
    "m/0''",
    "m/-1'",
    "m/+1",
    "m/01'",
    "m/0x1",
    "m/1e3",
    "m/ 1'",
    "m/2147483648",
    "m/99999999999",
    "m/0'/",
    "n/0'",
    `m${"/0'".repeat(256)}`,
    "m/".repeat(100_000),
  ]
) {
  Deno.test(`parsePath() refuses ${JSON.stringify(path.slice(0, 20))}`, () => {
    throws(() => parsePath(path), { code: "InvalidPath" });
  });
}

Deno.test("formatPath() writes what parsePath() reads", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 20 }), (it) => {
      deepStrictEqual(parsePath(formatPath(it)), it);
    }),
  );
});

Deno.test("devices number from 1, since device 0 would be the node itself", () => {
  strictEqual(devicePath(1), "m/74'/0'/0'/1'");
  for (const device of [0, -1, 1.5, HARDENED, NaN]) {
    throws(() => devicePath(device), { code: "InvalidPath" });
  }
});

Deno.test("versions 2 to 99 have a path, and no others", () => {
  strictEqual(encryptionPathForVersion(2), PATHS.ENCRYPTION);
  strictEqual(encryptionPathForVersion(99), "m/74'/2'/0'/97'");
  for (const version of [-1, 0, 1, 100, 2.5, NaN, Infinity]) {
    throws(() => encryptionPathForVersion(version), { code: "InvalidPath" });
  }
});
