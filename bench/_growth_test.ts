import { ok } from "node:assert/strict";
import { COSTS, openField } from "./_growth.ts";

const SMALL = [["log", 100], ["actors", 20], ["nodes", 2]] as const;

for (const [what, size] of SMALL) {
  Deno.test(`COSTS.${what}() measures a small size`, async () => {
    await using field = await openField();
    const measured = Object.values(await COSTS[what](field, size));
    ok(measured.length > 1 && measured.every((ms) => ms > 0));
  });
}
