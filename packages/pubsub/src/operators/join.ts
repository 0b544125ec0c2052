import { type Source, transform } from "../_source.ts";
import type { Repeater } from "../repeater.ts";

/** Goes through the source and `others` at once; the first error ends all. */
export function join<T>(
  ...others: AsyncIterable<T>[]
): (source: AsyncIterable<T>) => Repeater<T> {
  return (source) =>
    transform<T>(async (open, emit) => {
      const drain = async (values: Source<T>) => {
        for await (const value of values) await emit(value);
      };
      await Promise.all([source, ...others].map((iterable) => open(iterable)).map(drain));
    });
}
