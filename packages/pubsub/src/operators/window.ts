import { positiveCount } from "../_count.ts";
import { transform } from "../_source.ts";
import type { Repeater } from "../repeater.ts";

/** How windows follow each other. */
export interface WindowOptions {
  /** By how many values each window starts after the one before. Default 1. */
  step?: number | undefined;
}

/**
 * Slides an array of `size` values over the source; incomplete ones are not given out.
 *
 * @throws {RangeError} when a number is not a positive integer.
 */
export function window<T>(
  size: number,
  options?: WindowOptions,
): (source: AsyncIterable<T>) => Repeater<T[]> {
  positiveCount(size, "window size");
  const step = positiveCount(options?.step ?? 1, "step");
  return (source) =>
    transform<T[]>(async (open, emit) => {
      let items: T[] = [];
      let skip = 0;
      for await (const value of open(source)) {
        if (skip > 0) {
          skip--;
          continue;
        }
        items.push(value);
        if (items.length < size) continue;
        const complete = items;
        items = items.slice(step);
        skip = Math.max(0, step - size);
        await emit(complete);
      }
    });
}
