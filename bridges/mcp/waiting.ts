/**
 * Waiting for whatever comes first, by one who waits again and again.
 *
 * @module
 */

/** Waits for one thing at a time. */
export interface Waiting {
  /** Waits until it is enough, but not longer than a time. */
  wait(ms: number, isEnough: () => boolean): Promise<void>;
  /** To be called when it may have become enough. */
  wake(): void;
}

/** Waits for nothing yet. */
export function createWaiting(): Waiting {
  let wake = () => {};
  return {
    async wait(ms, isEnough) {
      if (ms <= 0 || isEnough()) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          if (!isEnough()) return;
          clearTimeout(timer);
          resolve();
        };
      });
    },
    wake: () => wake(),
  };
}
