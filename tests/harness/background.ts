import { until, type UntilOptions } from "./until.ts";

/** Work that goes on beside a test. Disposing of it ends it, and waits until it has ended. */
export interface Background<T> extends AsyncDisposable {
  /**
   * Waits for what the work brings about.
   *
   * @throws What the work failed with, at once; else as {@linkcode until} does.
   */
  until(condition: () => boolean | Promise<boolean>, options: UntilOptions): Promise<void>;
  /** Lets it come to its end. @throws What it failed with. */
  stop(): Promise<T[]>;
}

/**
 * Starts work that goes on for as long as `goesOn()` says so. A failure in it is the test's own: it
 * is thrown where the test waits, and never at nobody.
 */
export function inBackground<T>(
  start: (goesOn: () => boolean) => readonly Promise<T>[],
): Background<T> {
  let isStopped = false;
  let failure: { readonly error: unknown } | undefined;
  const works = start(() => !isStopped);
  const results = Promise.all(works), ended = Promise.allSettled(works);
  results.catch((error) => {
    failure = { error };
    isStopped = true;
  });
  return {
    async until(condition, options) {
      await until(() => failure !== undefined || condition(), options);
      if (failure !== undefined) throw failure.error;
    },
    async stop() {
      isStopped = true;
      return await results;
    },
    async [Symbol.asyncDispose]() {
      isStopped = true;
      await ended;
    },
  };
}
