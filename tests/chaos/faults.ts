/**
 * What may happen to hubs and servers, and when: drawn from a seed. Nothing happens here.
 *
 * @module
 */
import type { Random } from "../../actors/runtime/_random.ts";

/** What happens to hubs. */
export const HUB_FAULTS = ["kill", "stop", "cut", "freeze", "drain", "kill all"] as const;
/** What happens to servers. */
export const SERVER_FAULTS = ["kill", "stop", "cut", "swallow", "kill two", "kill all"] as const;

/** One thing that happens, lasts, and is put right again. */
export interface Fault<Act extends string = string> {
  readonly act: Act;
  /** Which ones of the three, the first to be hit first. */
  readonly targets: readonly number[];
  readonly holdMs: number;
  /** Peace after it. */
  readonly restMs: number;
}

const SIZE = 3;
/** Longer than a node's time to live, so that others take its place while it is still there. */
const LONGEST_HOLD_MS = 5_000;

/** What happens to whom. */
export interface DrawOptions<Act extends string> {
  readonly acts: readonly Act[];
  /** The longest peace between two faults; a cluster that only ever elects answers nobody. */
  readonly longestRestMs: number;
}

/** Draws faults for ever; acts that spare a majority come more often. */
export function* drawFaults<const Act extends string>(
  random: Random,
  { acts, longestRestMs }: DrawOptions<Act>,
): Generator<Fault<Act>, never> {
  const single = acts.filter((act) => numberOf(act) === 1);
  let last: Act | undefined;
  for (;;) {
    const from = random(5) === 0 ? acts : single;
    // Another one than before: a short run sees several.
    const act = pick(from.filter((one) => one !== last), random) ?? pick(acts, random);
    if (act === undefined) throw new RangeError("Cannot draw from no faults");
    last = act;
    const targets = shuffled(random).slice(0, numberOf(act));
    const holdMs = 100 + random(LONGEST_HOLD_MS),
      restMs = longestRestMs / 4 + random(longestRestMs * 3 / 4);
    yield { act, targets, holdMs, restMs };
  }
}

function numberOf(act: string): number {
  return act.endsWith(" all") ? SIZE : act.endsWith(" two") ? 2 : 1;
}

function pick<T>(of: readonly T[], random: Random): T | undefined {
  return of.length === 0 ? undefined : of[random(of.length)];
}

function shuffled(random: Random): number[] {
  const left = Array.from({ length: SIZE }, (_, at) => at);
  return Array.from({ length: SIZE }, () => left.splice(random(left.length), 1)).flat();
}
