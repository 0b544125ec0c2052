/**
 * What stands in an actor's log.
 *
 * @module
 */
import type { AnyEventObject } from "xstate";

/** Who or what an event came from; decides how it is checked, and says so in a replay. */
export type Cause =
  | { readonly from: "start"; readonly input?: unknown; readonly parent?: Parent }
  | { readonly from: "caller" }
  /** Somebody who may end it, whatever state it is in. */
  | { readonly from: "stop" }
  | { readonly from: "actor"; readonly address: string }
  | { readonly from: "effect"; readonly id: string; readonly key: string }
  | { readonly from: "timer"; readonly id: string; readonly key: string };

/** Who started an actor, and under which name. */
export interface Parent {
  readonly address: string;
  readonly id: string;
  /** Whether the parent wants to hear of every change. */
  readonly sync: boolean;
}

/** One event that an actor accepted. */
export interface LoggedEvent {
  /** Of the command; a repeated id gets the first answer again. */
  readonly id: string;
  readonly event: AnyEventObject;
  readonly cause: Cause;
  /** Identity on whose behalf. */
  readonly by?: string;
  /** Where the command stands in its trace: W3C's `traceparent`. */
  readonly trace?: string;
  /** Unix milliseconds, by the clock of the node that accepted it. */
  readonly at: number;
}

/** One message of the log: the events of one commit, in order. */
export interface LogRecord {
  /** Sequence of the message in its stream. */
  readonly seq: number;
  /** Version of the machine that accepted them. */
  readonly version: number;
  readonly events: readonly LoggedEvent[];
}

/** The event with which every log begins. */
export const START: AnyEventObject = { type: "xstate.init" };
