import { transform } from "../_source.ts";
import type { Repeater } from "../repeater.ts";

/** Replaces each value by what `mapper` makes of it. */
export function map<T, O>(
  mapper: (value: T) => O | Promise<O>,
): (source: AsyncIterable<T>) => Repeater<O> {
  return (source) =>
    transform<O>(async (open, emit) => {
      for await (const value of open(source)) await emit(await mapper(value));
    });
}
