/**
 * How far a call has come.
 *
 * @module
 */

/** How far a call has come. */
export interface ProgressReport {
  /** Grows with each report. */
  readonly progress: number;
  /** What it grows to, where that is known. */
  readonly total?: number;
  /** For people. */
  readonly message?: string;
}

/** Hears of progress. */
export type OnProgress = (report: ProgressReport) => void;

const MAX_MESSAGE = 1_000;

/** What a report may say; `undefined` for one that is none. */
export function soundProgress(
  { progress, total, message }: { readonly [K in keyof ProgressReport]?: unknown },
): ProgressReport | undefined {
  if (typeof progress !== "number" || !Number.isFinite(progress)) return undefined;
  return {
    progress,
    ...(typeof total === "number" && Number.isFinite(total) ? { total } : {}),
    ...(typeof message === "string" ? { message: message.slice(0, MAX_MESSAGE) } : {}),
  };
}
