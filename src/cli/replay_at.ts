/**
 * The state of an actor at a position of its log.
 *
 * @module
 */
import { createReplayer, type StateView } from "../../actors/runtime/replay/mod.ts";
import type { Replayed } from "./replay_log.ts";

/** A position; without an index, after all of its message. */
export interface At {
  readonly seq: number;
  readonly index: number | undefined;
}

/** Where a state was found. */
export interface StateAt extends StateView {
  /** Position of the last event in it. */
  readonly position: string;
}

/** Reads what `--at` was given. @throws {Error} */
export function parseAt(text: string): At {
  const [, seq, index] = /^(\d{1,15})(?:\.(\d{1,15}))?$/.exec(text) ?? [];
  if (seq === undefined) {
    throw new Error(`Cannot read ${JSON.stringify(text)} as a position: expected 12 or 12.0`);
  }
  return { seq: Number(seq), index: index === undefined ? undefined : Number(index) };
}

/**
 * Folds a log up to a position.
 *
 * @throws {Error} when there is no event, with the positions that there are.
 */
export async function stateAt({ name, known, log }: Replayed, at: At): Promise<StateAt> {
  const replayer = createReplayer(known);
  let first: number | undefined, last: number | undefined;
  for await (const record of log()) {
    first ??= record.seq;
    last = record.seq;
    const steps = replayer.take(record);
    const step = record.seq === at.seq ? steps.at(at.index ?? -1) : undefined;
    if (step !== undefined) return { position: `${record.seq}.${step.at.index}`, ...step.after };
  }
  const where = at.index === undefined ? `${at.seq}` : `${at.seq}.${at.index}`;
  throw new Error(
    first === undefined
      ? `Cannot replay ${name}: nothing was ever sent to it`
      : `Cannot show ${name} at ${where}: it has no event there; its messages lie between ${first} and ${last}`,
  );
}
