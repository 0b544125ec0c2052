import { transform } from "../_source.ts";
import type { Repeater } from "../repeater.ts";

/** Goes through each iterable that the source gives, one after the other. */
export function flat<T>(): (
  source: AsyncIterable<Iterable<T> | AsyncIterable<T>>,
) => Repeater<T> {
  return (source) =>
    transform<T>(async (open, emit) => {
      for await (const inner of open(source)) {
        for await (const value of open(inner)) await emit(value);
      }
    });
}
