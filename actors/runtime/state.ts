/**
 * An actor's state: the machine's snapshot, and what is under way on its behalf.
 *
 * @module
 */
import type { AnyEventObject, AnyMachineSnapshot } from "xstate";
import type { Address } from "@hub/bus";
import type { Parent } from "./record.ts";

/** A commit's place in the log; its sequence is 0 until the log has acknowledged it. */
export interface Commit {
  seq: number;
}

/** Where an event stands in the log. */
export interface Position {
  readonly commit: Commit;
  /** Among the events of the commit. */
  readonly index: number;
}

/** An invoked promise, callback or observable that has not ended. */
export interface Effect {
  readonly id: string;
  /** Name of its logic in the machine. */
  readonly src: string;
  readonly input: unknown;
  /** Whether the machine wants to hear of every change. */
  readonly sync: boolean;
  readonly since: Position;
}

/** A delayed event that has not come. */
export interface Timer {
  readonly id: string;
  readonly delayMs: number;
  /** Unix milliseconds, counted from the event that armed it: armed late, it is not late for that. */
  readonly dueAt: number;
  readonly event: AnyEventObject;
  /** Whom it is for; the actor itself when absent. */
  readonly to?: Target;
  readonly since: Position;
}

/** An invoked or spawned machine: an actor of its own. */
export interface Child {
  readonly id: string;
  readonly src: string;
  readonly input: unknown;
  readonly sync: boolean;
  readonly since: Position;
}

/** Whom an event is sent to. */
export type Target =
  | { readonly to: "self" }
  | { readonly to: "parent" }
  | { readonly to: "child"; readonly id: string }
  /** Of a delayed event alone: without a delay it is no message but a call. */
  | { readonly to: "effect"; readonly id: string }
  | { readonly to: "address"; readonly address: Address };

/** What a command led to: the answer to it, and to every repetition of it. */
export interface Outcome {
  readonly position: Position;
  /** The machine's state value afterwards. */
  readonly value: unknown;
  /** Whether state value or context changed. */
  readonly changed: boolean;
  /** What the event made the actor emit: a JSON array, or empty where that was too much to keep. */
  readonly emitted?: string;
}

/** All that a log folds into. */
export interface ActorState {
  readonly snapshot: AnyMachineSnapshot;
  readonly parent: Parent | undefined;
  readonly effects: ReadonlyMap<string, Effect>;
  readonly timers: ReadonlyMap<string, Timer>;
  readonly children: ReadonlyMap<string, Child>;
  /** Events folded since the beginning. */
  readonly count: number;
}

/** The key of what began at a position: stable through every crash. */
export function keyOf({ commit: { seq }, index }: Position, id: string): string {
  return `${seq}.${index}/${id}`;
}

/** Whether it is still under way, and not another one of the same name. */
export function isCurrent<T extends { readonly id: string; readonly since: Position }>(
  all: ReadonlyMap<string, T>,
  { id, since }: T,
): boolean {
  const found = all.get(id);
  return found !== undefined && keyOf(found.since, id) === keyOf(since, id);
}
