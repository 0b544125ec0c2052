/** Where the errors go that have no caller. */
export interface Reporter<Where = never> {
  /** Counts `error` and tells the hook. */
  readonly report: (error: unknown, where?: Where) => void;
  /** How many errors came by. */
  readonly count: number;
}

/** Makes a reporter for `hook`, whose own errors go nowhere. */
export function createReporter<Where = never>(
  hook?: (error: unknown, where?: Where) => void,
): Reporter<Where> {
  let count = 0;
  return {
    report(error, where) {
      count++;
      try {
        if (where === undefined) hook?.(error);
        else hook?.(error, where);
      } catch {
        // The hook was the place to tell; there is nobody left.
      }
    },
    get count() {
      return count;
    },
  };
}
