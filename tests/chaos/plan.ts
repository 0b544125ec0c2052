/**
 * What clients do next: drawn from a seed, and kept within what the runtime promises.
 *
 * @module
 */
import type { Random } from "../../actors/runtime/_random.ts";
import type { CheckedEvent } from "./checked_kind.ts";

/** One thing to do with an actor. */
export interface Step {
  readonly actor: string;
  /** Absent: only look at it. */
  readonly event?: CheckedEvent;
  /** Whether to wait for the reply, not only for the acknowledgement. */
  readonly ask: boolean;
  /** Send it twice at the same time, as an impatient program does. */
  readonly twice: boolean;
  /** Give up at the first failure. */
  readonly giveUp: boolean;
}

/** The actors of a run, as their clients share them. */
export interface Actors {
  readonly names: readonly string[];
  /**
   * An actor that takes one more command; `undefined` when each waits for an old one. A command is
   * remembered for so and so many that come after it: whoever tries again must not be later.
   */
  pick(random: Random): string | undefined;
  /** Notes that a command has begun; the result says that nobody will send it again. */
  begin(actor: string): () => void;
  /** The turn that was last heard of. */
  turnOf(actor: string): number;
  heardOf(actor: string, turn: number): void;
}

/** Each command is followed by two events at most: far below what is remembered. */
const MAX_SINCE_OLDEST = 250;

/** Creates `count` actors. */
export function createActors(count: number): Actors {
  const names = Array.from({ length: count }, (_, at) => `a${at}`);
  const begun = new Map(names.map((name) => [name, 0]));
  const open = new Map<string, Set<{ readonly at: number }>>(
    names.map((name) => [name, new Set()]),
  );
  const turns = new Map<string, number>();
  const hasRoom = (name: string) => {
    const oldest = Math.min(...[...open.get(name) ?? []].map(({ at }) => at));
    return (begun.get(name) ?? 0) - oldest < MAX_SINCE_OLDEST;
  };
  return {
    names,
    pick(random) {
      const free = names.filter(hasRoom);
      return free[free.length === 0 ? 0 : random(free.length)];
    },
    begin(actor) {
      const mine = { at: begun.get(actor) ?? 0 };
      begun.set(actor, mine.at + 1);
      const others = open.get(actor);
      others?.add(mine);
      return () => void others?.delete(mine);
    },
    turnOf: (actor) => turns.get(actor) ?? 0,
    heardOf: (actor, turn) => void turns.set(actor, Math.max(turn, turns.get(actor) ?? 0)),
  };
}

/** How often each happens, in 20. */
const OFTEN = [
  ...Array.from({ length: 6 }, () => "APPEND" as const),
  ...["CLAIM", "CLAIM", "CLAIM", "WORK", "WORK", "ARM", "ARM", "WIND", "UNWIND"] as const,
  ...["PASS", "PASS", "PASS", "HIRE"] as const,
];
const LONGEST_MS = 3_000;

/** Draws the next step of a client; `undefined` when there is nothing to be done at the moment. */
export function drawStep(
  actors: Actors,
  { random, label }: { readonly random: Random; readonly label: string },
): Step | undefined {
  const actor = actors.pick(random);
  if (actor === undefined) return undefined;
  const type = OFTEN[random(OFTEN.length + 1)];
  const others = actors.names.filter((one) => one !== actor);
  const step = { actor, ask: random(3) === 0, twice: random(8) === 0, giveUp: random(12) === 0 };
  const event = {
    label,
    ms: random(LONGEST_MS),
    turn: actors.turnOf(actor),
    to: others[random(others.length)] ?? actor,
  };
  return type === undefined ? step : { ...step, event: { ...event, type } };
}
