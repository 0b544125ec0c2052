/**
 * A set of listeners to one thing.
 *
 * @module
 */

/** Listeners that are told in the order in which they came. */
export interface Listeners<T> {
  /** Adds a listener; the result removes it. */
  add(listener: (value: T) => void): () => void;
  /** Tells all of them; one that throws is reported as uncaught and hinders no other. */
  tell(value: T): void;
}

/** Creates an empty set of listeners. */
export function createListeners<T>(): Listeners<T> {
  // Wrapped, so that a function added twice is told twice and removed once.
  const all = new Set<{ readonly listener: (value: T) => void }>();
  return {
    add(listener) {
      const entry = { listener };
      all.add(entry);
      return () => void all.delete(entry);
    },
    tell(value) {
      for (const { listener } of [...all]) {
        try {
          listener(value);
        } catch (error) {
          reportError(error);
        }
      }
    },
  };
}
