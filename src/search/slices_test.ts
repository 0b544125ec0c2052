import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { setImmediate } from "node:timers";
import { until } from "../../tests/harness/until.ts";
import { searchOver, spoke } from "./_spokes_testing.ts";
import { createSlices } from "./slices.ts";

const SPOKES = 1_000, OPERATIONS = 20;

/** Spokes of which no two offer the same. */
const different = (at: number) =>
  spoke(
    `dev${at}`,
    Object.fromEntries(
      Array.from({ length: OPERATIONS }, (_, i) => [
        `tool${at}/run${i}`,
        { description: `Runs number ${i} of what machine ${at} can do`, tags: [`t${at}`] },
      ]),
    ),
  );

/** How long nothing else had its turn, at the longest, until `isOver`. */
async function longestBlock(isOver: () => boolean): Promise<number> {
  let longest = 0;
  for (let last = performance.now(); !isOver();) {
    await new Promise<void>((resolve) => void setImmediate(resolve));
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  return longest;
}

Deno.test("a thousand spokes that all differ are taken in without keeping others waiting", async () => {
  const entries = Array.from({ length: SPOKES }, (_, at) => different(at));
  const startedAt = performance.now();
  const { search, find } = searchOver(entries, { sliceMs: 8 });
  using _search = search;
  const openedMs = performance.now() - startedAt;
  ok(search.size.waiting > 0, "all of it was taken in at once");
  // What is there is found meanwhile, and nothing twice.
  const seen = new Set<number>();
  const blockedMs = await longestBlock(() => {
    const found = find("run0");
    strictEqual(new Set(found).size, found.length);
    seen.add(search.size.documents);
    return search.size.waiting === 0;
  });
  ok(seen.size > 3, `it was taken in in ${seen.size} slices`);
  strictEqual(search.size.documents, SPOKES * OPERATIONS);
  deepStrictEqual(find("tool77 run3").slice(0, 1), ["dev77/tool77/run3"]);
  // 8 of its own and a search; all of it takes a second and more. A machine that is busy with other
  // things makes both longer.
  const totalMs = performance.now() - startedAt, bearableMs = Math.max(100, totalMs / 4);
  ok(openedMs < bearableMs, `opening took ${openedMs} of ${totalMs} ms`);
  ok(blockedMs < bearableMs, `others waited for ${blockedMs} of ${totalMs} ms`);
});

Deno.test("a spoke that goes while others are taken in is not found, nor one that came and went", async () => {
  const entries = Array.from({ length: 300 }, (_, at) => different(at));
  const { search, spokes, find } = searchOver(entries, { sliceMs: 1 });
  using _search = search;
  const late = different(1_000);
  spokes.set(late);
  for (const { peerId } of entries.slice(0, 200)) spokes.delete(peerId, Infinity);
  spokes.delete(late.peerId, Infinity);
  await until(() => search.size.waiting === 0, { what: "all to be taken in" });
  strictEqual(search.size.documents, 100 * OPERATIONS);
  deepStrictEqual(
    [find("tool7"), find("tool1000")].flat().filter((name) => /^dev(7|1000)\//.test(name)),
    [],
  );
  strictEqual(find("tool250 run1")[0], "dev250/tool250/run1");
});

Deno.test("a slice ends with the step in which its time is over, and what comes in one turn shares it", async () => {
  let now = 0, steps = 0, left = 0;
  const step = () => {
    now += 3;
    steps += 1;
    return --left > 0;
  };
  using slices = createSlices({ step, sliceMs: 8, now: () => now });
  left = 2;
  slices.run();
  strictEqual(steps, 2);
  // 6 of the 8 are used up: one more step, and the rest in later turns.
  left = 5;
  slices.run();
  strictEqual(steps, 3);
  slices.run();
  strictEqual(steps, 3);
  await until(() => left === 0, { what: "the rest to be done" });
  strictEqual(steps, 7);
  // Time that passes gives as much again, and no more than one slice.
  now += 1_000;
  left = 10;
  slices.run();
  strictEqual(steps, 10);
});
