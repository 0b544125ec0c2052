/** Who of several consumers wants a value now. */
export interface Demand {
  /** `consumer` wants a value at once. */
  want(consumer: object): void;
  /** `consumer` was given a value, and wants another when `taken` resolves. */
  given(consumer: object, taken: PromiseLike<unknown>): void;
  /** `consumer` is gone. */
  leave(consumer: object): void;
  /** Resolves when somebody wants a value. */
  wait(): Promise<void>;
}

/** Makes a demand of nobody. */
export function createDemand(): Demand {
  const wanting = new Set<object>();
  /** The value that each consumer was given last: earlier ones being taken means nothing. */
  const latest = new WeakMap<object, PromiseLike<unknown>>();
  let wake = () => {};

  function want(consumer: object): void {
    wanting.add(consumer);
    wake();
  }

  return {
    want,
    given(consumer, taken) {
      wanting.delete(consumer);
      latest.set(consumer, taken);
      taken.then(() => {
        if (latest.get(consumer) === taken) want(consumer);
      });
    },
    leave(consumer) {
      latest.delete(consumer);
      wanting.delete(consumer);
    },
    async wait() {
      while (wanting.size === 0) await new Promise<void>((resolve) => wake = resolve);
    },
  };
}
