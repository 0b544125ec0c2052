/**
 * How an import is.
 *
 * @module
 */
import type { ImportSettings } from "./import_settings.ts";
import type { Skipped } from "./import_source.ts";
import { withoutQueries } from "./without_queries.ts";

/**
 * `loading` until the first attempt has ended. `failing` after one that failed: what was loaded before
 * stays and can be called.
 */
export type ImportState = "loading" | "ok" | "failing";

/** How an import is, on one node. */
export interface ImportStatus {
  readonly namespace: string;
  readonly kind: ImportSettings["kind"];
  /** Address without what could be a secret, or path. */
  readonly location: string;
  readonly state: ImportState;
  /** How many can be called. */
  readonly operations: number;
  /** The first of those that became no operation, and how many there are. */
  readonly skipped: readonly Skipped[];
  readonly skippedCount: number;
  /** When what can be called was loaded, in Unix milliseconds. */
  readonly loadedAt?: number;
  /** When the last attempt ended. */
  readonly triedAt?: number;
  /** When the next one is due. */
  readonly nextAt?: number;
  /** Attempts since the last that succeeded. */
  readonly failures: number;
  /** Why the last one failed. */
  readonly error?: string;
}

/** A location as it may be shown. */
export function shownLocation(location: string): string {
  const url = URL.parse(location);
  return url === null || !/^https?:$/.test(url.protocol)
    ? location
    : `${url.origin}${url.pathname}`;
}

/** Why something failed, in one line, causes included, and without queries of addresses. */
export function reasonOf(error: unknown): string {
  const reasons: string[] = [];
  for (let at = error; at instanceof Error && reasons.length < 3; at = at.cause) {
    if (!reasons.includes(at.message)) reasons.push(at.message);
  }
  const text = reasons.length === 0 ? String(error) : reasons.join(": ");
  return withoutQueries(text.replaceAll(/\s+/g, " ").slice(0, 500));
}
