/**
 * A subscription as its consumer iterates over it.
 *
 * @module
 */
import type { ValueQueue } from "./value_queue.ts";

/** What starting a subscription gives. */
export interface StartedSubscription<T> {
  readonly queue: ValueQueue<T>;
  /** Lets the subscription go; called when the consumer stops before the end. */
  leave(): void;
}

/** An iterable that starts on its first pull and can be iterated once. */
export function lazySubscription<T>(
  start: () => StartedSubscription<T>,
): AsyncIterableIterator<T, undefined> & {
  return(): Promise<IteratorResult<T, undefined>>;
  throw(error?: unknown): Promise<IteratorResult<T, undefined>>;
} {
  let started: StartedSubscription<T> | undefined;
  let left = false;
  const leave = () => {
    left = true;
    started?.leave();
  };
  return {
    next() {
      if (left) return Promise.resolve({ done: true, value: undefined });
      try {
        started ??= start();
        return started.queue.next();
      } catch (error) {
        return Promise.reject(error);
      }
    },
    return() {
      leave();
      return Promise.resolve({ done: true, value: undefined });
    },
    throw(error) {
      leave();
      return Promise.reject(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
