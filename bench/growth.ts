/**
 * How the cost of actors grows: with the length of an actor's log, with how many actors there are, and
 * with how many nodes share them. Prints a table; `--record` draws it into docs/pictures, too.
 *
 *     deno task bench bench/growth.ts [--rounds N] [--small]
 *
 * @module
 */
import { COSTS, openField } from "./_growth.ts";
import { say } from "./_load.ts";
import { pathOf } from "./_peers.ts";
import { drawPlot, type Series } from "./_plot.ts";
import { median, roundsOf } from "./_rounds.ts";
import { markdownTable, round } from "./_table.ts";

/** One thing that grows. */
interface Growth {
  readonly picture: string;
  readonly title: string;
  /** What there is more and more of. */
  readonly of: string;
  readonly sizes: readonly number[];
  readonly costs: typeof COSTS[keyof typeof COSTS];
}

const isSmall = Deno.args.includes("--small");
const powers = (to: number) => [100, 1_000, 10_000, 100_000].filter((size) => size <= to);
const GROWTHS: readonly Growth[] = [
  {
    ...{ picture: "growth_of_logs", title: "What a longer log costs" },
    ...{ of: "events in the log", sizes: powers(isSmall ? 1_000 : 100_000), costs: COSTS.log },
  },
  {
    ...{ picture: "growth_of_actors", title: "What more actors cost" },
    ...{ of: "actors", sizes: powers(isSmall ? 1_000 : 100_000), costs: COSTS.actors },
  },
  {
    ...{ picture: "growth_of_nodes", title: "What more nodes cost, on the same two cores" },
    ...{ of: "nodes", sizes: isSmall ? [1, 2] : [1, 2, 4, 8], costs: COSTS.nodes },
  },
];

const { rounds } = roundsOf(Deno.args);
const rows = [["of these", "so many", "what is done", "p50, ms"]];
for (const growth of GROWTHS) {
  const series = await measure(growth);
  for (const { name, points } of series) {
    const sizes = points.map(([size]) => size.toLocaleString("en")).join(" · ");
    rows.push([growth.of, sizes, name, points.map(([, ms]) => round(ms)).join(" · ")]);
  }
  if (Deno.args.includes("--record")) await draw(growth, series);
}
say(markdownTable(rows));

/** Medians over all rounds; every round has all sizes. */
async function measure({ sizes, costs }: Growth): Promise<Series[]> {
  const measureSize = async (size: number) => {
    await using field = await openField();
    return { size, costs: await costs(field, size) };
  };
  // What has run once is compiled: the first size does not pay for that.
  const { costs: names } = await measureSize(sizes[0] ?? 1);
  const measured: Awaited<ReturnType<typeof measureSize>>[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const size of sizes) measured.push(await measureSize(size));
  }
  return Object.keys(names).map((name) => ({
    name,
    points: sizes.map((size) => {
      const all = measured.filter((one) => one.size === size);
      return [size, median(all.map(({ costs }) => costs[name] ?? Number.NaN))] as const;
    }),
  }));
}

async function draw({ picture, title, of }: Growth, series: readonly Series[]): Promise<void> {
  const folder = pathOf("../docs/pictures");
  await Deno.mkdir(folder, { recursive: true });
  const plot = drawPlot({ title, xLabel: of, yLabel: "milliseconds, p50", series });
  await Deno.writeTextFile(`${folder}/${picture}.svg`, plot);
}
