/**
 * What one comparison carries with it.
 *
 * @module
 */
import type { SchemaRoot } from "./json_schema.ts";

/** The outcome for one pair of schemas. */
export type Verdict =
  | { readonly kind: "fits" }
  | { readonly kind: "unknown" }
  | { readonly kind: "mismatch"; readonly detail: string };

/** One side of the comparison at one place. */
export interface Pair {
  readonly output: unknown;
  readonly input: unknown;
  readonly path: string;
}

/** State of one run of `typeCompat`. */
export interface CompatContext {
  readonly outputRoot: SchemaRoot;
  readonly inputRoot: SchemaRoot;
  /** Constraints that were seen but not compared, as `path keyword`. */
  readonly constraints: string[];
  /** Pairs under comparison, so that recursive schemas end. */
  readonly active: Map<unknown, Set<unknown>>;
  depth: number;
  /** How many pairs may still be compared. */
  left: number;
  /** Compares a nested pair. */
  compare(pair: Pair): Verdict;
}

/** It fits. */
export const FITS: Verdict = { kind: "fits" };
/** Nothing can be said. */
export const UNKNOWN: Verdict = { kind: "unknown" };

/** It does not fit, and where. */
export function mismatch(path: string, reason: string): Verdict {
  return { kind: "mismatch", detail: `${path === "" ? "/" : path}: ${reason}` };
}

/** The first mismatch, else unknown if any is, else fits. */
export function every(verdicts: Iterable<Verdict>): Verdict {
  let result = FITS;
  for (const verdict of verdicts) {
    if (verdict.kind === "mismatch") return verdict;
    if (verdict.kind === "unknown") result = UNKNOWN;
  }
  return result;
}
