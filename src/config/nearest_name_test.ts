import { strictEqual } from "node:assert/strict";
import { nearestName } from "./nearest_name.ts";

const NAMES = ["host", "port", "maxBodyBytes"];

for (
  const [typed, meant] of [
    ["prot", "port"],
    ["por", "port"],
    ["hosts", "host"],
    ["HOST", "host"],
    ["max_body_bytes", "maxBodyBytes"],
    ["maxBodyByte", "maxBodyBytes"],
  ] as const
) {
  Deno.test(`nearestName() finds "${meant}" for "${typed}"`, () => {
    strictEqual(nearestName(typed, NAMES), meant);
  });
}

Deno.test("nearestName() prefers the nearest of several candidates", () => {
  strictEqual(nearestName("levels", ["level", "levels!", "levels"]), "levels");
});

Deno.test("nearestName() suggests nothing for what is far from all", () => {
  strictEqual(nearestName("colour", NAMES), undefined);
  strictEqual(nearestName("port", []), undefined);
});

Deno.test("nearestName() does not compare names that nobody types", () => {
  strictEqual(nearestName("port".padEnd(81, "t"), ["port".padEnd(80, "t")]), undefined);
});
