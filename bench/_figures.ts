/**
 * Writes what benchmarks measured into a page that explains it.
 *
 * @module
 */

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
    const marked = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`);
    if (!marked.test(page)) throw new Error(`The page has no place for ${name}: <!-- ${name} -->`);
    const table = tableOf(benches);
    recorded = recorded.replace(marked, (_, begin, end) => `${begin}\n${table}\n\n${end}`);
  }
  return recorded;
}

function nameOf(origin: string): string {
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
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`)
    .join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function duration(ns: number): string {
  if (ns >= 1e9) return `${round(ns / 1e9)} s`;
  if (ns >= 1e6) return `${round(ns / 1e6)} ms`;
  if (ns >= 1e3) return `${round(ns / 1e3)} µs`;
  return `${round(ns)} ns`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(value >= 100 ? 3 : 2)));
}
