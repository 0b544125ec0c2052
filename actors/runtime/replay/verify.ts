/**
 * Compares what a log folds into with the snapshot that is stored of it. Pure.
 *
 * @module
 */
import { fold, type FoldContext } from "../fold.ts";
import { type Loaded, persist, PERSISTED_FORMAT } from "../persist.ts";
import type { LogRecord } from "../record.ts";
import { type Change, changesBetween } from "./changes.ts";

/** What a comparison found. */
export type Verified =
  /** The same, byte for byte. */
  | { readonly is: "same" }
  /** Nothing to compare with; the log folds. */
  | { readonly is: "no snapshot" }
  /** Written by another version of the machine or of the hub: it is not used, so it does no harm. */
  | { readonly is: "other version"; readonly version: number }
  | { readonly is: "damaged"; readonly why: string }
  | { readonly is: "different"; readonly seq: number; readonly changes: readonly Change[] }
  /** The log itself cannot be folded. */
  | { readonly is: "unfoldable"; readonly seq: number; readonly why: string };

/** Whether all is well. */
export function isSound({ is }: Verified): boolean {
  return is === "same" || is === "no snapshot" || is === "other version";
}

/** A comparison under way. */
export interface Verification {
  /** Takes the next message of the log. */
  take(record: LogRecord): void;
  /** Call it once the whole log was taken. */
  finish(): Verified;
  readonly events: number;
}

/** Begins a comparison with `stored`, the text of a snapshot. */
export function createVerification(
  context: FoldContext,
  stored: string | undefined,
): Verification {
  const { kind } = context;
  const snapshot = stored === undefined ? undefined : readSnapshot(stored);
  const version = snapshot?.version;
  const comparable = version === kind.version && snapshot?.format === PERSISTED_FORMAT;
  let loaded: Loaded | undefined;
  let found: Verified | undefined;
  let events = 0;

  function compare(folded: Loaded, text: string): Verified {
    const spelled = JSON.stringify(persist(kind, folded));
    if (spelled === text) return { is: "same" };
    const changes = changesBetween(JSON.parse(text), JSON.parse(spelled));
    return { is: "different", seq: folded.seq, changes };
  }

  return {
    get events() {
      return events;
    },
    take(record) {
      if (found?.is === "unfoldable") return;
      try {
        loaded = fold(context, loaded, record);
        events += record.events.length;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        found = { is: "unfoldable", seq: record.seq, why };
        return;
      }
      if (comparable && stored !== undefined && record.seq === snapshot?.seq) {
        found = compare(loaded, stored);
      }
    },
    finish() {
      if (found !== undefined) return found;
      if (stored === undefined) return { is: "no snapshot" };
      if (snapshot === undefined) return { is: "damaged", why: "it is no snapshot of an actor" };
      if (!comparable) return { is: "other version", version: snapshot.version };
      return { is: "damaged", why: `the log has no message ${snapshot.seq}` };
    },
  };
}

interface Stored {
  readonly seq: number;
  readonly version: number;
  readonly format: unknown;
}

function readSnapshot(text: string): Stored | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    if (!("seq" in value) || !("version" in value)) return undefined;
    const { seq, version } = value, format = "format" in value ? value.format : undefined;
    const isOne = typeof seq === "number" && typeof version === "number";
    return isOne ? { seq, version, format } : undefined;
  } catch {
    return undefined; // Not even JSON: told as damaged.
  }
}
