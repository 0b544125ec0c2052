/** Collects all values; never resolves while the source has no end. */
export function toArray<T>(): (source: AsyncIterable<T>) => Promise<T[]> {
  return async (source) => {
    const values: T[] = [];
    for await (const value of source) values.push(value);
    return values;
  };
}
