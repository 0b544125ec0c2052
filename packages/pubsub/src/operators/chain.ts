import { transform } from "../_source.ts";
import type { Repeater } from "../repeater.ts";

/** Goes through the source, then through each of `others` in turn. */
export function chain<T>(
  ...others: AsyncIterable<T>[]
): (source: AsyncIterable<T>) => Repeater<T> {
  return (source) =>
    transform<T>(async (open, emit) => {
      for (const iterable of [source, ...others]) {
        for await (const value of open(iterable)) await emit(value);
      }
    });
}
