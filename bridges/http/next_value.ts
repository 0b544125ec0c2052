/**
 * The next value of a stream, which can be looked at without waiting for it.
 *
 * @module
 */
import type { CallValues } from "@alkdev/operations";

/** A value that has been asked for. */
export interface NextValue {
  /** Settles with it. */
  readonly step: Promise<IteratorResult<unknown, undefined>>;
  /** Whether it is there by the time that everything which is under way now has been done. */
  isReady(): Promise<boolean>;
  /** Whether it comes in time. */
  isWithin(ms: number): Promise<boolean>;
}

/** Promises that may have to settle, one after the other, until a value that is there shows. */
const HOPS = 24;

/** Asks for the next value. */
export function askNext(values: CallValues): NextValue {
  const step = values.next();
  let isSettled = false, wake = () => {};
  const settle = () => {
    isSettled = true;
    wake();
  };
  step.then(settle, settle);

  async function isReady(): Promise<boolean> {
    for (let hop = 0; hop < HOPS && !isSettled; hop++) await null;
    return isSettled;
  }

  return {
    step,
    isReady,
    async isWithin(ms) {
      // Most values need no timer.
      if (await isReady()) return true;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = () => {};
      return isSettled;
    },
  };
}
