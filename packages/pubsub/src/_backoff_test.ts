import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { createBackoff } from "./_backoff.ts";

const waits = (backoff: { next(): number }, count: number) =>
  Array.from({ length: count }, () => backoff.next());

Deno.test("bounds double up to the largest, and start over after a reset", () => {
  const backoff = createBackoff({ minDelayMs: 100, maxDelayMs: 500 }, () => 1);
  deepStrictEqual(waits(backoff, 5), [100, 200, 400, 500, 500]);
  backoff.reset();
  deepStrictEqual(waits(backoff, 2), [100, 200]);
});

Deno.test("without bounds, waits go from 250 ms up to 10 s", () => {
  deepStrictEqual(waits(createBackoff({}, () => 1), 8), [
    ...[250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000],
  ]);
});

Deno.test("a wait is anywhere below its bound", () => {
  const backoff = createBackoff({ minDelayMs: 100, maxDelayMs: 100 });
  const all = waits(backoff, 200);
  ok(all.every((wait) => wait >= 0 && wait < 100));
  ok(Math.min(...all) < 50 && Math.max(...all) > 50);
});

for (const bounds of [[0, 1], [-1, 1], [2, 1], [NaN, 1], [1, NaN], [1, Infinity]] as const) {
  Deno.test(`bounds of ${bounds.join(" and ")} are a TypeError`, () => {
    const [minDelayMs, maxDelayMs] = bounds;
    throws(() => createBackoff({ minDelayMs, maxDelayMs }), TypeError);
  });
}
