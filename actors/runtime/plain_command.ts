/**
 * Commands as callers may send them.
 *
 * @module
 */
import { BusError } from "@hub/bus";
import { type Command, CommandError } from "./command.ts";
import { plainEvent } from "./plain_event.ts";

/** Longest id of a command: an actor keeps the ids of its last thousand. */
export const MAX_COMMAND_ID = 256;

/** W3C Trace Context, version 00; it goes into a header, where a line end would do harm. */
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The command with a copy of its event, as the log will hold it: what the machine folds now is what
 * a replay folds, and nobody changes it meanwhile.
 *
 * @throws {CommandError} `VALIDATION_ERROR` for what no log can hold.
 */
export function plainCommand(command: Command): Command {
  const { id, event, trace } = command;
  if (id === "" || id.length > MAX_COMMAND_ID) {
    const message = `Cannot take a command with an id of ${id.length} characters`;
    throw new CommandError("VALIDATION_ERROR", `${message}: 1 to ${MAX_COMMAND_ID} are allowed`);
  }
  if (trace !== undefined && !TRACEPARENT.test(trace)) {
    throw new CommandError("VALIDATION_ERROR", "Cannot take a command with such a traceparent");
  }
  try {
    return { ...command, event: plainEvent(event) };
  } catch (cause) {
    if (!(cause instanceof BusError || cause instanceof TypeError)) throw cause;
    const message = `Cannot take ${String(event?.type).slice(0, 200)}: ${cause.message}`;
    throw new CommandError("VALIDATION_ERROR", message, { cause });
  }
}
