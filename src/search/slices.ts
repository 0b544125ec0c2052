/**
 * Work in slices: a little of it at once, the rest between other things, so that nobody waits for long.
 *
 * @module
 */
import { clearImmediate, setImmediate } from "node:timers";

/** What is done step by step. */
export interface Slices extends Disposable {
  /** Says that there is work: some of it is done before this returns, as long as there is little. */
  run(): void;
}

/** How slices are cut. */
export interface SlicesOptions {
  /** Does one small step; whether there are more. */
  readonly step: () => boolean;
  /** How long a slice may be, but for its last step. Default 8. */
  readonly sliceMs?: number;
  readonly now?: () => number;
}

const SLICE_MS = 8;

/** Creates slices of `step`, of which there is none to do yet. */
export function createSlices(
  { step, sliceMs = SLICE_MS, now = () => performance.now() }: SlicesOptions,
): Slices {
  /** Used up by work and filled by time in between: what comes in one turn shares one slice. */
  let allowanceMs = sliceMs, endedAt = -Infinity;
  let waiting: ReturnType<typeof setImmediate> | undefined;
  let isOver = false;

  /** Works for so long at most; whether there is more to do. */
  function work(ms: number): boolean {
    const startedAt = now();
    let isMore = true;
    while (isMore && now() - startedAt < ms) isMore = step();
    endedAt = now();
    allowanceMs = Math.max(0, allowanceMs - (endedAt - startedAt));
    return isMore;
  }

  function goOn(): void {
    waiting = setImmediate(() => {
      waiting = undefined;
      if (work(sliceMs)) goOn();
    });
  }

  return {
    run() {
      // A later turn comes to it.
      if (waiting !== undefined || isOver) return;
      allowanceMs = Math.min(sliceMs, allowanceMs + now() - endedAt);
      if (work(allowanceMs)) goOn();
    },
    [Symbol.dispose]() {
      isOver = true;
      if (waiting !== undefined) clearImmediate(waiting);
    },
  };
}
