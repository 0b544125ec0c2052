/**
 * What clients saw, and what is in the logs afterwards.
 *
 * @module
 */
import type { LoggedEvent } from "@hub/actors";
import type { CheckedEvent } from "./checked_kind.ts";
import type { Past } from "./digest.ts";

/** Where an event stands in the log. */
export interface At {
  readonly seq: number;
  readonly index: number;
}

/** What a client was told in the end. */
export type Outcome =
  /** `past` as the reply said it; absent where none was asked for. */
  | { readonly is: "answered"; readonly at: At; readonly past: Past | undefined }
  | { readonly is: "refused"; readonly code: string; readonly message: string }
  /** The client gave up: it may or may not have happened. */
  | { readonly is: "unknown" };

/** One command of a client; times are milliseconds of the one clock of all clients. */
export interface Sent {
  readonly client: string;
  readonly actor: string;
  readonly event: CheckedEvent;
  readonly begunAt: number;
  readonly endedAt: number;
  readonly tries: number;
  readonly outcome: Outcome;
}

/** One look at an actor; `seq` is 0 where there was none yet. */
export interface Looked {
  readonly client: string;
  readonly actor: string;
  readonly begunAt: number;
  readonly endedAt: number;
  readonly seq: number;
  readonly past: Past;
  readonly turn: number;
}

/** All that clients saw. */
export interface History {
  readonly sent: readonly Sent[];
  readonly looked: readonly Looked[];
}

/** An event of an actor's log. */
export interface Logged extends At {
  readonly logged: LoggedEvent;
}

/** The logs of the checked actors, by id. */
export type Logs = ReadonlyMap<string, readonly Logged[]>;

/** Whether one place comes before another. */
export function isBefore(one: At, other: At): boolean {
  return one.seq < other.seq || (one.seq === other.seq && one.index < other.index);
}

/** A place as it is told. */
export function atText({ seq, index }: At): string {
  return `${seq}.${index}`;
}
