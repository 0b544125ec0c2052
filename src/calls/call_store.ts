/**
 * What is kept of calls, as those who need it see it.
 *
 * @module
 */
import type { CallEvent } from "./call_event.ts";

/** How a call stands: `lost` is one whose node went away with it. */
export type CallStatus = "running" | "ok" | "failed" | "lost";

/** A call as it is kept. */
export interface CallRow extends Omit<CallEvent, "at" | "ms" | "outcome"> {
  readonly node: string;
  readonly status: CallStatus;
  readonly startedAt: Date;
  readonly durationMs?: number;
  /** Code of its error. */
  readonly error?: string;
}

/** Which calls. */
export interface CallFilter {
  /** A name, or its beginning and `*`. */
  readonly operation?: string | undefined;
  /** The spoke that answers. */
  readonly peer?: string | undefined;
  /** Who called, or began it all. */
  readonly caller?: string | undefined;
  /** A status, or the code of an error. */
  readonly outcome?: string | undefined;
  readonly trace?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/** A page, newest first, which goes on after a row. */
export interface CallPageRequest extends CallFilter {
  readonly limit: number;
  readonly after?: CallKey | undefined;
}

/** What rows are sorted by. */
export interface CallKey {
  readonly startedAt: Date;
  readonly id: string;
}

/** Reads what is kept. */
export interface CallReader {
  /** @throws {CallError} `UNAVAILABLE`, as the others. */
  list(request: CallPageRequest): Promise<CallRow[]>;
  /**
   * Calls that may be meant by that id, some of them at most: the one whose own it is, then those whose
   * request has it, as `caller`'s are before those of others, and new ones before old ones.
   */
  find(id: string, options: { readonly caller: string }): Promise<CallRow[]>;
  /** Calls of one trace, the oldest first. */
  trace(id: string, options: { readonly limit: number }): Promise<CallRow[]>;
  /** A call, those that led to it and those that it led to, the nearest of them; the oldest first. */
  family(
    call: Pick<CallRow, "id" | "trace">,
    options: { readonly limit: number },
  ): Promise<CallRow[]>;
}

/** A message as it was read: what it tells, the store reads itself. */
export interface ToldMessage {
  readonly seq: number;
  readonly node: string;
  readonly body: string;
}

/** Messages that were read at once, and how far that goes. */
export interface ReadCalls {
  readonly messages: readonly ToldMessage[];
  /** Sequence of the last one; what was asked for where there is none. */
  readonly position: number;
}

/** Keeps what is read of the stream. */
export interface CallProjection {
  /**
   * Keeps what `read` gives, and how far it goes, both or neither. Returns what was read, or undefined
   * when another node is at it.
   */
  advance(read: (after: number) => Promise<ReadCalls>): Promise<ReadCalls | undefined>;
  /** Says of calls that run no more, as their node does not, that they are lost; how many. */
  markLost(known: LiveNodes): Promise<number>;
  /** Deletes calls that began before then, no more than a bounded number at a time; how many. */
  forget(before: Date): Promise<number>;
}

/** Nodes whose calls may still run. */
export interface LiveNodes {
  readonly nodes: readonly string[];
  /** The node that says so, and since when it lives. */
  readonly node: string;
  readonly since: Date;
}
