import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { type BenchReport, nameOf, recordFigures, recordTable } from "./_figures.ts";

const bench = (name: string, avg: number, baseline = false) => ({
  ...{ origin: "file:///x/bench/bus_bench.ts", group: "one call", name, baseline },
  results: [{ ok: { avg, p99: 2 * avg } }],
});
const report: BenchReport = {
  cpu: "a CPU",
  runtime: "Deno",
  benches: [bench("raw", 1_234, true), bench("bus|ours", 1_851)],
};

Deno.test("recordFigures() replaces the figures of a file, and nothing else of the page", () => {
  const page = "# Speed\n<!-- bus_bench -->\nold\n<!-- end -->\nafter\n<!-- x -->\n<!-- end -->\n";
  deepStrictEqual(recordFigures(page, report).split("\n"), [
    "# Speed",
    "<!-- bus_bench -->",
    "",
    "| group | measured | mean | p99 | against the floor |",
    "| --- | --- | --- | --- | --- |",
    "| one call | raw | 1.2 µs | 2.5 µs | floor |",
    "| one call | bus\\|ours | 1.9 µs | 3.7 µs | 1.5 × |",
    "",
    "<!-- end -->",
    "after",
    "<!-- x -->",
    "<!-- end -->",
    "",
  ]);
});

Deno.test("recordFigures() refuses a page without a place for what was measured", () => {
  throws(() => recordFigures("# Speed\n", report), /no place for bus_bench/);
});

Deno.test("recordFigures() refuses a benchmark that failed", () => {
  const failed = { ...report, benches: [{ ...bench("raw", 1), results: [{}] }] };
  throws(() => recordFigures("<!-- bus_bench -->\n<!-- end -->", failed), /"raw" failed/);
});

Deno.test("recordTable() puts the table of a script between the marks of its name", () => {
  const name = nameOf("bench/compare/restate.ts");
  const page = "a\n<!-- restate -->\nold\n<!-- end -->\nb\n";
  const recorded = recordTable(page, { name, table: "| $& |" });
  strictEqual(recorded, "a\n<!-- restate -->\n\n| $& |\n\n<!-- end -->\nb\n");
});
