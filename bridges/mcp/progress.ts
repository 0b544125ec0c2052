/**
 * How far a call has come, for clients that ask to be told.
 *
 * An operation says nothing until it is done, so what is told of a call is how long it runs; of a
 * batch, how many of its calls have ended.
 *
 * @module
 */

/** By which a client knows what progress is about. */
export type ProgressToken = string | number;

/** How far something has come. */
export interface Progress {
  /** Tells how much there is to do. */
  expect(total: number): void;
  /** Tells that one more part of it is done. */
  advance(): void;
  /** What there is to tell since the last time; `undefined` for nothing. */
  read(): ProgressReport | undefined;
}

/** What a client is told. */
export interface ProgressReport {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/** Begins with nothing done. */
export function createProgress(now: () => number = () => performance.now()): Progress {
  const startedAt = now();
  let total: number | undefined;
  let done = 0;
  let told = 0;

  function current(): ProgressReport {
    if (total !== undefined) return { progress: done, total };
    const seconds = Math.floor((now() - startedAt) / 100) / 10;
    return { progress: seconds, message: `running for ${seconds} s` };
  }

  return {
    expect: (count) => void (total = count),
    advance: () => void done++,
    read() {
      const report = current();
      // It has to grow each time.
      if (report.progress <= told) return undefined;
      told = report.progress;
      return report;
    },
  };
}
