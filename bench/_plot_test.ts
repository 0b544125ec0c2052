import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { drawPlot, type Plot } from "./_plot.ts";

const plot: Plot = {
  ...{ title: "A < B & C", xLabel: "actors", yLabel: "ms" },
  series: [
    { name: "grows", points: [[1, 1], [10, 10], [100, 100]] },
    { name: "stays", points: [[1, 1], [10, 1], [100, 1]] },
    { name: "stays, too", points: [[1, 1], [10, 1], [100, 1]] },
  ],
};
const drawn = drawPlot(plot);
const all = (pattern: RegExp, text = drawn) =>
  Array.from(text.matchAll(pattern), ([, ...found]) => found.map(Number));

Deno.test("drawPlot() puts equal factors at equal distances", () => {
  const [, first = "", second = ""] = drawn.split('<g class="s');
  const [[x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = [], [x3 = 0, y3 = 0] = []] = all(
    /cx="(\d+)" cy="(\d+)"/g,
    first,
  );
  strictEqual(x3 - x2, x2 - x1);
  strictEqual(y3 - y2, y2 - y1);
  ok(y3 < y1, "more is further up");
  deepStrictEqual(new Set(all(/cy="(\d+)"/g, second).flat()), new Set([y1]));
});

Deno.test("drawPlot() keeps names of series apart that end at the same height", () => {
  const heights = all(/y="(\d+)" class="name"/g).flat().toSorted((a, b) => a - b);
  strictEqual(heights.length, 3);
  for (const [at, height] of heights.slice(1).entries()) ok(height - (heights[at] ?? 0) >= 16);
});

Deno.test("drawPlot() says what it shows, and is no markup of others", () => {
  match(drawn, /<title>A &lt; B &amp; C<\/title>/);
  match(drawn, /prefers-color-scheme: dark/);
  strictEqual(drawn.match(/<g /g)?.length, drawn.match(/<\/g>/g)?.length);
});

Deno.test("drawPlot() draws one size, and figures that are all the same", () => {
  const one = drawPlot({ ...plot, series: [{ name: "one", points: [[5, 2]] }] });
  ok(!one.includes("NaN") && !one.includes("Infinity"));
});

for (const y of [0, -1, Number.NaN]) {
  Deno.test(`drawPlot() refuses the figure ${y}`, () => {
    throws(() => drawPlot({ ...plot, series: [{ name: "x", points: [[1, y]] }] }), RangeError);
  });
}
