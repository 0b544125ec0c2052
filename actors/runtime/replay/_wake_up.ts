/** Waits that can be cut short. */
export interface WakeUp extends Disposable {
  /** Ends the wait that is under way, or the next one. */
  readonly ring: () => void;
  /** Resolves when it rings, when the signal is aborted, or after `ms`. */
  readonly wait: (ms: number) => Promise<void>;
}

/** Creates one for a single waiter. */
export function createWakeUp(signal: AbortSignal): WakeUp {
  let rung = false;
  let wake: (() => void) | undefined;
  const ring = () => {
    rung = true;
    wake?.();
  };
  signal.addEventListener("abort", ring);
  return {
    ring,
    async wait(ms) {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = undefined;
      rung = false;
    },
    [Symbol.dispose]: () => signal.removeEventListener("abort", ring),
  };
}
