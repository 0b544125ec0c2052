import { transform } from "../_source.ts";
import type { Repeater } from "../repeater.ts";

/**
 * Ends after `count` values.
 *
 * @throws {RangeError} when `count` is not a whole number from 0 on.
 */
export function take<T>(count: number): (source: AsyncIterable<T>) => Repeater<T> {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`Cannot take ${count} values: it must be a non-negative integer`);
  }
  return (source) =>
    transform<T>(async (open, emit) => {
      const values = open(source);
      for (let left = count; left > 0; left--) {
        const next = await values.next();
        if (next.done) return;
        const wanted = emit(next.value);
        // The last value ends it all: whoever has it may never ask for another.
        if (left > 1) await wanted;
      }
    });
}
