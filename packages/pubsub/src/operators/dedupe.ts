import { positiveCount } from "../_count.ts";
import { transform } from "../_source.ts";
import type { Repeater } from "../repeater.ts";

/** How much is remembered. */
export interface DedupeOptions {
  /** How many keys are remembered; beyond, the oldest is forgotten. Default 10,000. */
  maxKeys?: number | undefined;
}

/**
 * Drops a value whose key (else: the value itself) came before.
 *
 * @throws {RangeError} when `maxKeys` is not a positive integer.
 */
export function dedupe<T>(
  key: (value: T) => unknown = (value) => value,
  options?: DedupeOptions,
): (source: AsyncIterable<T>) => Repeater<T> {
  const maxKeys = positiveCount(options?.maxKeys ?? 10_000, "maxKeys");
  return (source) =>
    transform<T>(async (open, emit) => {
      const seen = new Set<unknown>();
      for await (const value of open(source)) {
        const name = key(value);
        if (seen.has(name)) continue;
        if (seen.size >= maxKeys) forgetOldest(seen);
        seen.add(name);
        await emit(value);
      }
    });
}

function forgetOldest(seen: Set<unknown>): void {
  // A set keeps the order of insertion.
  for (const oldest of seen) {
    seen.delete(oldest);
    return;
  }
}
