/**
 * Finds what answers a question: what an actor emitted from a command on, or how it ended.
 *
 * @module
 */
import type { AnyEventObject } from "xstate";
import type { Action } from "./action.ts";
import type { Loaded } from "./persist.ts";

/** What answers a question. */
export interface Reply {
  /** Of the actor, after the event that answered. */
  readonly status: string;
  /** What it emitted; absent when it ended without a word. */
  readonly event?: AnyEventObject;
  readonly output?: unknown;
  readonly error?: unknown;
}

/** What is asked. */
export interface Question {
  /** Where the command stands that asked. */
  readonly at: { readonly seq: number; readonly index: number };
  /** Type of the emitted event that is the reply; without it: any. */
  readonly type?: string | undefined;
}

/** What one event may emit to be kept, in characters. */
export const MAX_KEPT_REPLY = 4 * 1024;

/** What an event emitted, as it is kept: empty if it is too much, `undefined` if it is nothing. */
export function keptOf(emitted: readonly AnyEventObject[]): string | undefined {
  if (emitted.length === 0) return undefined;
  try {
    const text = JSON.stringify(emitted);
    return text.length > MAX_KEPT_REPLY ? "" : text;
  } catch {
    // No JSON, so nobody elsewhere is told of it either.
    return "";
  }
}

/** The events that were emitted, among all that was asked for. */
export function emittedIn(actions: readonly Action[]): readonly AnyEventObject[] {
  let events: AnyEventObject[] | undefined;
  for (const action of actions) if (action.do === "emit") (events ??= []).push(action.event);
  return events ?? NOTHING;
}

const NOTHING: readonly AnyEventObject[] = [];

/**
 * Looks for the reply in what an actor remembers of its last commands, without the log.
 *
 * `"none yet"`: whatever comes after `loaded` may be it. `"unknown"`: it may have been forgotten, and
 * only the log knows.
 */
export function findReply(
  { state: { snapshot }, window }: Loaded,
  { at, type }: Question,
): Reply | "none yet" | "unknown" {
  let isFound = false;
  let event: AnyEventObject | undefined;
  for (const [, { position: { commit: { seq }, index }, emitted }] of window.entries()) {
    if (seq < at.seq || (seq === at.seq && index < at.index)) continue;
    if (event !== undefined) return { status: "active", event };
    isFound ||= seq === at.seq && index === at.index;
    if (!isFound || emitted === "") return "unknown";
    if (emitted !== undefined) event = wanted(JSON.parse(emitted), type);
  }
  if (!isFound) return "unknown";
  // Nothing comes after the event that ended it.
  if (snapshot.status !== "active") return endOf(snapshot, event);
  return event === undefined ? "none yet" : { status: "active", event };
}

/** The first that has the type, if that matters. */
export function wanted(
  emitted: readonly AnyEventObject[],
  type: string | undefined,
): AnyEventObject | undefined {
  return type === undefined ? emitted[0] : emitted.find((event) => event.type === type);
}

function endOf(
  { status, output, error }: Loaded["state"]["snapshot"],
  event: AnyEventObject | undefined,
): Reply {
  return {
    status,
    ...(event === undefined ? {} : { event }),
    ...(output === undefined ? {} : { output: plain(output) }),
    ...(error === undefined ? {} : { error: plain(error) }),
  };
}

/** As it would be stored. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value) ?? "null");
}
