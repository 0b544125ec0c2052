import { positiveCount } from "../_count.ts";
import { type Source, transform } from "../_source.ts";
import type { Repeater } from "../repeater.ts";

/** When a batch is given out before it is full. */
export interface BatchOptions {
  /** How old the first value of a batch may get. Default: as old as it takes. */
  maxWaitMs?: number | undefined;
}

/**
 * Gathers values into arrays of `size`; the last one may be shorter.
 *
 * @throws {RangeError} when a number is not a positive integer.
 */
export function batch<T>(
  size: number,
  options?: BatchOptions,
): (source: AsyncIterable<T>) => Repeater<T[]> {
  positiveCount(size, "batch size");
  const maxWaitMs = options?.maxWaitMs;
  if (maxWaitMs !== undefined) positiveCount(maxWaitMs, "maxWaitMs");
  return (source) =>
    transform<T[]>(async (open, emit) => {
      const gather = gatherer(open(source), { size, maxWaitMs });
      for (let items = await gather(); items.length > 0; items = await gather()) await emit(items);
    });
}

/** Makes a function that gathers one batch; an empty one is the end. */
function gatherer<T>(
  source: Source<T>,
  { size, maxWaitMs }: { size: number; maxWaitMs: number | undefined },
): () => Promise<T[]> {
  // A pull outlives the batch it was made for when time ends that batch.
  let pulled: Promise<IteratorResult<T, undefined>> | undefined;
  return async () => {
    const items: T[] = [];
    let timeout: Timeout | undefined;
    try {
      while (items.length < size) {
        pulled ??= source.next();
        const next = await (timeout === undefined ? pulled : Promise.race([pulled, timeout.over]));
        if (next === undefined) break;
        pulled = undefined;
        if (next.done) break;
        items.push(next.value);
        if (maxWaitMs !== undefined) timeout ??= startTimeout(maxWaitMs);
      }
      return items;
    } finally {
      timeout?.cancel();
    }
  };
}

interface Timeout {
  readonly over: Promise<undefined>;
  cancel(): void;
}

function startTimeout(ms: number): Timeout {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return { over, cancel: () => clearTimeout(timer) };
}
