/**
 * Events as the log will hold them: what a machine folds is never more than what a replay folds.
 *
 * @module
 */
import { copyJson } from "@hub/bus";
import type { AnyEventObject } from "xstate";

/** Largest event that anybody may cause. */
export const MAX_EVENT_BYTES = 256 * 1024;

/** An error as an event can hold it. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
}

/**
 * The event that JSON makes of `event`.
 *
 * @throws {BusError} when JSON cannot hold it, or it is too large.
 */
export function plainEvent(event: AnyEventObject): AnyEventObject {
  const plain = copyJson(event, { maxBytes: MAX_EVENT_BYTES });
  if (isEvent(plain)) return plain;
  throw new TypeError("it is no event");
}

/** What can be told of an error in an event: no stack, and nothing that only this process knows. */
export function plainError(error: unknown): unknown {
  if (error instanceof Error) {
    const { name, message } = error;
    const code = "code" in error ? error.code : undefined;
    return typeof code === "string" || typeof code === "number"
      ? { name, message, code }
      : { name, message };
  }
  return error === undefined ? null : error;
}

/** The event with which XState says that something invoked has failed. */
export function errorEvent(id: string, error: unknown): AnyEventObject {
  return { type: `xstate.error.actor.${id}`, error: plainError(error), actorId: id };
}

function isEvent(value: unknown): value is AnyEventObject {
  return typeof value === "object" && value !== null && "type" in value &&
    typeof value.type === "string";
}
