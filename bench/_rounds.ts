/**
 * Compares several ways to do the same: one after the other, again and again, so that whatever else
 * the machine does hits all of them.
 *
 * @module
 */
import type { Load, Outcome } from "./_load.ts";
import { processorTime } from "./_processor_time.ts";

/** One way to do it. */
export interface Way {
  readonly name: string;
  /** The processes that do it, with all below them: what they cost a processor is counted. */
  readonly processes?: readonly number[];
  run(load: Load): Promise<Outcome>;
}

/** How it is measured. */
export interface Rounds extends Load {
  readonly rounds: number;
}

const LATE_MS = 20_000;

/** What came of a way: medians, and what one call has cost a processor, if that is known. */
export interface Measured extends Outcome {
  readonly processorMs: number | undefined;
}

/** Each way's medians over all rounds, in the order of the ways. */
export async function inRounds(
  ways: readonly Way[],
  { rounds, ...load }: Rounds,
): Promise<Measured[]> {
  const measured = ways.map((): (Outcome & { usedMs: number })[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < ways.length; i++) {
      // Every round begins with another way: none is always behind the same one.
      const at = (round + i) % ways.length;
      const way = ways[at];
      if (way !== undefined) measured[at]?.push(await bounded(way, load));
    }
  }
  return measured.map((outcomes) => ({
    ...sums(outcomes),
    perSecond: median(outcomes.map(({ perSecond }) => perSecond)),
    p50Ms: median(outcomes.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(outcomes.map(({ p99Ms }) => p99Ms)),
  }));
}

function sums(outcomes: readonly (Outcome & { readonly usedMs: number })[]) {
  const calls = outcomes.reduce((sum, outcome) => sum + outcome.calls, 0);
  const usedMs = outcomes.reduce((sum, outcome) => sum + outcome.usedMs, 0);
  return { calls, processorMs: usedMs === 0 ? undefined : usedMs / calls };
}

/** What does not answer is told by its name, and not waited for. */
async function bounded({ name, run, processes = [] }: Way, load: Load) {
  const before = await processorTime(processes);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`${name} does not answer`)),
    load.ms + LATE_MS,
  );
  try {
    const outcome = await Promise.race([run(load), late.promise]);
    return { ...outcome, usedMs: await processorTime(processes) - before };
  } finally {
    clearTimeout(timer);
  }
}

/** The one in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Rounds as arguments say: `--rounds N --ms N`. */
export function roundsOf(args: readonly string[]): Omit<Rounds, "callers"> {
  const told = (name: string, otherwise: number) => {
    const at = args.indexOf(name);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  return { rounds: told("--rounds", 5), ms: told("--ms", 1_000) };
}
