/** Folds all values into one; never resolves while the source has no end. */
export function reduce<T, A>(
  reducer: (accumulator: A, value: T) => A | Promise<A>,
  initial: A,
): (source: AsyncIterable<T>) => Promise<A> {
  return async (source) => {
    let accumulator = initial;
    for await (const value of source) accumulator = await reducer(accumulator, value);
    return accumulator;
  };
}
