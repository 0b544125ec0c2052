/**
 * Where the doctor draws its lines.
 *
 * @module
 */
import { match, strictEqual } from "node:assert/strict";
import { NEEDED_BYTES } from "../embedded/data_directory.ts";
import { judgeDeno, judgeDisk } from "./check_machine.ts";
import { judgeDate, judgeSkew } from "./check_postgres.ts";

const DENOS = [
  ["2.9.0", "ok"],
  ["2.10.1", "ok"],
  ["3.0.0-rc.1", "ok"],
  ["2.8.9", "failing"],
  ["1.46.3", "failing"],
] as const;

for (const [version, status] of DENOS) {
  Deno.test(`Deno ${version} is ${status} to the doctor`, () => {
    const look = judgeDeno(version);
    strictEqual(look.status, status);
    if (status === "failing") match(look.advice ?? "", /2\.9 or newer.*deno upgrade/);
  });
}

const GIB = 1024 ** 3;
const DISKS = [
  ["a GiB free", GIB, "ok"],
  ["a byte less than a GiB free", GIB - 1, "warning"],
  ["just what the servers need", NEEDED_BYTES, "warning"],
  ["a byte less than the servers need", NEEDED_BYTES - 1, "failing"],
  ["nothing free", 0, "failing"],
] as const;

for (const [what, free, status] of DISKS) {
  Deno.test(`a disk with ${what} is ${status} to the doctor`, () => {
    const look = judgeDisk("/srv/hub", free);
    strictEqual(look.status, status);
    match(look.found, /GiB free for \/srv\/hub/);
    if (status !== "ok") match(look.advice ?? "", /HUB_DATA_DIR/);
  });
}

const SKEWS = [
  [0, "ok", /ahead of/],
  [2_000, "ok", /^2\.0 s ahead of Postgres/],
  [-2_000, "ok", /^2\.0 s behind Postgres/],
  [2_001, "warning", /ahead of/],
  [-86_400_000, "warning", /^86400\.0 s behind Postgres/],
] as const;

for (const [skewMs, status, found] of SKEWS) {
  Deno.test(`a clock that is ${skewMs} ms off is ${status} to the doctor`, () => {
    const look = judgeSkew(skewMs);
    strictEqual(look.status, status);
    match(look.found, found);
    if (status === "warning") match(look.advice ?? "", /NTP/);
  });
}

Deno.test("a date before the release cannot be true to the doctor, the release's own can", () => {
  const releasedAt = Date.UTC(2026, 0, 1);
  strictEqual(judgeDate(releasedAt, releasedAt).status, "ok");
  const early = judgeDate(releasedAt - 1, releasedAt);
  strictEqual(early.status, "failing");
  match(early.found, /2025-12-31T23:59:59\.999Z, before this hub was written/);
});
