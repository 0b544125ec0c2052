import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  compareNatsVersions,
  isNatsVersionSupported,
  MINIMUM_NATS_VERSION,
  parseNatsVersion,
} from "./nats_version.ts";

const ascending = [
  "1.99.99",
  "2.9.25",
  "2.11.10",
  "2.12.0-RC.2",
  "2.12.0-RC.10",
  "2.12.0",
  "2.12.1",
  "2.15.1",
  "10.0.0-alpha",
  "10.0.0-alpha.1",
  "10.0.0-beta",
  "10.0.0",
];

Deno.test("compareNatsVersions() orders every pair as semantic versioning does", () => {
  for (const [i, a] of ascending.entries()) {
    for (const [j, b] of ascending.entries()) {
      strictEqual(Math.sign(compareNatsVersions(a, b)), Math.sign(i - j), `${a} against ${b}`);
    }
  }
});

Deno.test("parseNatsVersion() accepts a leading v, build metadata and space around", () => {
  const expected = { major: 2, minor: 15, patch: 1, prerelease: "" };
  for (const text of ["2.15.1", "v2.15.1", " v2.15.1\n", "2.15.1+build.5"]) {
    deepStrictEqual(parseNatsVersion(text), expected);
  }
});

for (const text of ["", "2", "2.12", "two.one.zero", "2.12.0.1", "2.12.0-", "-2.1.0", "2.12.x"]) {
  Deno.test(`parseNatsVersion() refuses "${text}"`, () => {
    throws(() => parseNatsVersion(text), RangeError);
  });
}

Deno.test("compareNatsVersions() finds every release equal to itself and reads back its numbers", () => {
  const part = fc.nat({ max: 999_999 });
  fc.assert(fc.property(part, part, part, (major, minor, patch) => {
    const text = `${major}.${minor}.${patch}`;
    strictEqual(compareNatsVersions(text, `v${text}`), 0);
    deepStrictEqual(parseNatsVersion(text), { major, minor, patch, prerelease: "" });
  }));
});

Deno.test("isNatsVersionSupported() draws its line at MINIMUM_NATS_VERSION", () => {
  strictEqual(MINIMUM_NATS_VERSION, "2.12.0");
  strictEqual(isNatsVersionSupported("2.12.0"), true);
  strictEqual(isNatsVersionSupported("2.15.1"), true);
  strictEqual(isNatsVersionSupported("2.12.0-RC.1"), false);
  strictEqual(isNatsVersionSupported("2.11.99"), false);
  strictEqual(isNatsVersionSupported("2.12.0", "2.13.0"), false);
});
