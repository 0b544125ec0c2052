import { deepStrictEqual } from "node:assert/strict";
import { createTop } from "./top.ts";

Deno.test("the best are kept and listed, equals by their tie, in whatever order they come", () => {
  const items = Array.from({ length: 1000 }, (_, i) => ({ score: (i * 7919) % 50, tie: i }));
  const best = items.toSorted((a, b) => b.score - a.score || a.tie - b.tie);
  for (const size of [1, 2, 10, 999, 1000, 2000]) {
    for (const order of [items, items.toReversed(), best, best.toReversed()]) {
      const top = createTop<number>(size);
      for (const { score, tie } of order) top.offer(tie, { score, tie });
      deepStrictEqual(top.list(), best.slice(0, size).map(({ tie }) => tie));
    }
  }
});
