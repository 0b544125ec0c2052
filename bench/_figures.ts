/**
 * Writes what benchmarks measured into a page that explains it.
 *
 * @module
 */

import { markdownTable, round } from "./_table.ts";

/** What `deno bench --json` prints, as far as it is used here. Times are in nanoseconds. */
export interface BenchReport {
  readonly cpu: string;
  readonly runtime: string;
  readonly benches: readonly {
    readonly origin: string;
    readonly group: string | null;
    readonly name: string;
    readonly baseline: boolean;
    readonly results: readonly { readonly ok?: { readonly avg: number; readonly p99: number } }[];
  }[];
}

/** Puts the figures of each file between the marks that name it; the rest of the page stays. */
export function recordFigures(page: string, report: BenchReport): string {
  const files = Map.groupBy(report.benches, ({ origin }) => nameOf(origin));
  let recorded = page;
  for (const [name, benches] of files) {
    recorded = recordTable(recorded, { name, table: tableOf(benches) });
  }
  return recorded;
}

/** What one file has found out. */
export interface Recorded {
  readonly name: string;
  readonly table: string;
}

/** Puts a table between the marks that name it. */
export function recordTable(page: string, { name, table }: Recorded): string {
  const marked = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`);
  if (!marked.test(page)) throw new Error(`The page has no place for ${name}: <!-- ${name} -->`);
  return page.replace(marked, (_, begin, end) => `${begin}\n${table}\n\n${end}`);
}

/** How the page calls a file. */
export function nameOf(origin: string): string {
  return origin.split("/").at(-1)?.replace(/\.ts$/, "") ?? origin;
}

function tableOf(benches: BenchReport["benches"]): string {
  const floors = new Map(
    benches.flatMap(({ group, baseline, results }) =>
      group !== null && baseline ? [[group, results[0]?.ok?.avg]] : []
    ),
  );
  const rows = benches.map(({ group, name, baseline, results: [result] }) => {
    if (result?.ok === undefined) throw new Error(`The benchmark "${name}" failed`);
    const { avg, p99 } = result.ok;
    const floor = group === null ? undefined : floors.get(group);
    const times = baseline ? "floor" : floor === undefined ? "" : `${round(avg / floor)} ×`;
    return [group ?? "", name, duration(avg), duration(p99), times];
  });
  const head = ["group", "measured", "mean", "p99", "against the floor"];
  return markdownTable([head, ...rows]);
}

function duration(ns: number): string {
  if (ns >= 1e9) return `${round(ns / 1e9)} s`;
  if (ns >= 1e6) return `${round(ns / 1e6)} ms`;
  if (ns >= 1e3) return `${round(ns / 1e3)} µs`;
  return `${round(ns)} ns`;
}
