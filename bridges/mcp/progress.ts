/**
 * How far a call has come, for clients that ask to be told.
 *
 * Of a call it is what the operation says; while that says nothing, how long it runs. Of a batch it is
 * how many of its calls have ended.
 *
 * @module
 */
import type { ProgressReport } from "@alkdev/operations";
import type { News } from "./answer_stream.ts";

/** By which a client knows what progress is about. */
export type ProgressToken = string | number;

/** How far something has come. */
export interface Progress {
  /** Tells how much there is to do. */
  expect(total: number): void;
  /** Tells that one more part of it is done. */
  advance(): void;
  /** Tells what an operation says. */
  report(report: ProgressReport): void;
  /** What there is to tell since the last time; `undefined` for nothing. */
  read(): ProgressReport | undefined;
  /** Whether an operation has said something new since the last time. */
  readonly hasNews: boolean;
  /** Calls `listener`, and nobody else from then on, whenever an operation says something new. */
  onNews(listener: () => void): void;
}

/** How far something has come, for the stream of its answer. */
export function newsOfProgress(progress: Progress, progressToken: ProgressToken): News {
  return {
    get hasNews() {
      return progress.hasNews;
    },
    read() {
      const report = progress.read();
      if (report === undefined) return [];
      const params = { progressToken, ...report };
      return [JSON.stringify({ jsonrpc: "2.0", method: "notifications/progress", params })];
    },
    onNews: progress.onNews,
  };
}

/** Begins with nothing done. */
export function createProgress(now: () => number = () => performance.now()): Progress {
  const startedAt = now();
  let total: number | undefined;
  let done = 0;
  let said: ProgressReport | undefined;
  let told = -Infinity;
  let base = 0, wake = () => {};
  const hasNews = () => said !== undefined && said.progress > told;

  function current(): ProgressReport | undefined {
    if (said !== undefined) return said;
    if (total !== undefined) return done === 0 ? undefined : { progress: done, total };
    const seconds = Math.floor((now() - startedAt) / 100) / 10;
    return seconds === 0 ? undefined : { progress: seconds, message: `running for ${seconds} s` };
  }

  return {
    expect: (count) => void (total = count),
    advance: () => void done++,
    report(report) {
      // What an operation counts has nothing to do with the seconds that were told until then.
      if (said === undefined && told > 0) base = told;
      said = above(base, seen(report));
      if (hasNews()) wake();
    },
    read() {
      const report = current();
      // It has to grow each time.
      if (report === undefined || report.progress <= told) return undefined;
      told = report.progress;
      return report;
    },
    get hasNews() {
      return hasNews();
    },
    onNews: (listener) => void (wake = listener),
  };
}

/** Numbers that a client is told may only grow, whatever they were before. */
function above(base: number, { progress, total, ...rest }: ProgressReport): ProgressReport {
  return {
    progress: base + progress,
    ...(total === undefined ? {} : { total: base + total }),
    ...rest,
  };
}

/** Without what does not show: that could say something else to a model than to its user. */
function seen({ message, ...report }: ProgressReport): ProgressReport {
  if (message === undefined) return report;
  return { ...report, message: message.replaceAll(/\p{C}+/gu, " ").trim() };
}
