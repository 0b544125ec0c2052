/** Runs `act` for all items, `width` at a time; the results stand as the items did. */
export async function mapInOrder<T, R>(
  items: readonly T[],
  { width, act }: {
    readonly width: number;
    readonly act: (item: T, index: number) => Promise<R>;
  },
): Promise<readonly R[]> {
  const results: R[] = [];
  const entries = items.entries();
  const worker = async () => {
    // All workers take from the same entries.
    for (const [index, item] of entries) results[index] = await act(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
