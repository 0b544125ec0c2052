/**
 * Measures ways to do the same in turns, and tells it as a table.
 *
 * @module
 */
import { inRounds, roundsOf, type Way } from "../_rounds.ts";
import { markdownTable, round, rounded } from "../_table.ts";

/** Ways that are compared under one load; the first is what the others are held against. */
export interface Case {
  readonly name: string;
  readonly callers: number;
  readonly ways: readonly Way[];
}

const HEAD = ["load", "what is called", "per second", "rate", "p50", "p99", "processor"];
/** Long enough for what is there to be warm. */
const WARM_MS = 300;

/** A table with the medians of all rounds, which `args` tell of. */
export async function compare(cases: readonly Case[], args: readonly string[]): Promise<string> {
  const rounds = roundsOf(args);
  const rows = [HEAD];
  for (const { name, callers, ways } of cases) {
    await inRounds(ways, { callers, rounds: 1, ms: Math.min(rounds.ms, WARM_MS) });
    const outcomes = await inRounds(ways, { callers, ...rounds });
    const [against] = outcomes;
    for (const [at, { perSecond, p50Ms, p99Ms, processorMs }] of outcomes.entries()) {
      const times = at === 0 || against === undefined
        ? "1"
        : `${round(perSecond / against.perSecond)} ×`;
      const figures = [p50Ms, p99Ms, processorMs].map((ms) =>
        ms === undefined ? "" : `${round(ms)} ms`
      );
      rows.push([name, ways[at]?.name ?? "", rounded(perSecond), times, ...figures]);
    }
  }
  return markdownTable(rows);
}
