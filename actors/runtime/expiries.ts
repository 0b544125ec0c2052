/**
 * Says when things are due, with a few timers for all of them.
 *
 * A timer for each would cost more memory than what it waits for, and many would go off at once.
 *
 * @module
 */

/** Things that will be due. */
export interface Expiries<T> extends Disposable {
  /** Has a thing told of after a while, and not when it was to be told of before. */
  set(thing: T, afterMs: number): void;
  delete(thing: T): void;
}

/** Things are told of late by an eighth of their time at most, together with others. */
const PARTS = 8;
const FINEST_MS = 4;
/** Some days; a timer of the runtime can wait for little more. What is due later is told of too early. */
const LONGEST_MS = 2 ** 30;

/** Those of one time. */
interface Bucket<T> {
  readonly time: number;
  readonly things: Set<T>;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Creates a calendar without entries; `onDue` is told of each thing when its time has come. */
export function createExpiries<T>(onDue: (thing: T) => void): Expiries<T> {
  const buckets = new Map<number, Bucket<T>>();
  const entries = new Map<T, Bucket<T>>();

  function open(time: number): Bucket<T> {
    const timer = setTimeout(() => {
      buckets.delete(time);
      for (const thing of bucket.things) {
        entries.delete(thing);
        bucket.things.delete(thing);
        onDue(thing);
      }
    }, time - performance.now());
    const bucket: Bucket<T> = { time, things: new Set(), timer };
    buckets.set(time, bucket);
    return bucket;
  }

  function remove(thing: T): void {
    const bucket = entries.get(thing);
    if (bucket === undefined) return;
    entries.delete(thing);
    bucket.things.delete(thing);
    if (bucket.things.size > 0) return;
    clearTimeout(bucket.timer);
    // While its things are told of, there may be another one in its place.
    if (buckets.get(bucket.time) === bucket) buckets.delete(bucket.time);
  }

  return {
    set(thing, afterMs) {
      remove(thing);
      const waitMs = Math.min(afterMs, LONGEST_MS);
      const time = roundUp(performance.now() + waitMs, waitMs / PARTS);
      const bucket = buckets.get(time) ?? open(time);
      bucket.things.add(thing);
      entries.set(thing, bucket);
    },
    delete: remove,
    [Symbol.dispose]() {
      for (const { timer, things } of buckets.values()) {
        clearTimeout(timer);
        things.clear();
      }
      buckets.clear();
      entries.clear();
    },
  };
}

/** Up to a power of two, so that things of different durations share their times as well. */
function roundUp(time: number, step: number): number {
  const grain = 2 ** Math.floor(Math.log2(Math.max(step, FINEST_MS)));
  return Math.ceil(time / grain) * grain;
}
