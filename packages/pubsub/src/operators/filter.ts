import { transform } from "../_source.ts";
import type { Repeater } from "../repeater.ts";

/** Lets through the values of which `predicate` says so. */
export function filter<T, U extends T>(
  predicate: (value: T) => value is U,
): (source: AsyncIterable<T>) => Repeater<U, void, unknown>;
/** Lets through the values of which `predicate` says so. */
export function filter<T>(
  predicate: (value: T) => boolean | Promise<boolean>,
): (source: AsyncIterable<T>) => Repeater<T, void, unknown>;
export function filter<T>(
  predicate: (value: T) => boolean | Promise<boolean>,
): (source: AsyncIterable<T>) => Repeater<T, void, unknown> {
  return (source) =>
    transform<T>(async (open, emit) => {
      for await (const value of open(source)) {
        if (await predicate(value)) await emit(value);
      }
    });
}
