/** A source that knows how it was used. */
export interface WatchedSource<T> extends AsyncIterable<T> {
  /** How many values were asked for. */
  pulled: number;
  /** How often it was closed from outside. */
  returned: number;
}

/** Gives `values`, then ends, or throws when an `Error` comes. */
export function watched<T>(...values: (T | Error)[]): WatchedSource<T> {
  const source: WatchedSource<T> = {
    pulled: 0,
    returned: 0,
    [Symbol.asyncIterator]: () => ({
      next() {
        const value = values[source.pulled++];
        if (value instanceof Error) return Promise.reject(value);
        if (value === undefined) return Promise.resolve({ value, done: true });
        return Promise.resolve({ value, done: false });
      },
      return() {
        source.returned++;
        return Promise.resolve({ value: undefined, done: true });
      },
    }),
  };
  return source;
}

/** Gives `values`, each after a few turns of their own number. */
export async function* slowly<T>(values: Iterable<T>): AsyncGenerator<T> {
  let turns = 0;
  for (const value of values) {
    for (let n = 0; n < turns++ % 3; n++) await undefined;
    yield value;
  }
}

/** Gives `value`, and then waits for what never comes. */
export async function* stuck<T>(value: T): AsyncGenerator<T> {
  yield value;
  await new Promise(() => {});
}
