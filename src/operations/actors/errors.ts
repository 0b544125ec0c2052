/**
 * What callers are told when an actor cannot do what they ask.
 *
 * @module
 */
import { CallError, type ErrorDefinition, InfrastructureErrorCode } from "@alkdev/operations";
import { BusError } from "@hub/bus";
import { CommandError } from "../../../actors/runtime/mod.ts";

/** Codes of these operations beside those of every call. */
export const ACTOR_ERRORS: ErrorDefinition[] = [
  { code: "KIND_NOT_FOUND", description: "No such kind is hosted here.", httpStatus: 404 },
  { code: "ACTOR_NOT_FOUND", description: "Nothing ever happened to it.", httpStatus: 404 },
  { code: "ILLEGAL_STATE", description: "Its state cannot take the event.", httpStatus: 409 },
  { code: "MACHINE_ERROR", description: "The machine threw; nothing happened.", httpStatus: 422 },
  {
    code: "UNAVAILABLE",
    description: "It may or may not have happened: send it again with the same command id.",
    httpStatus: 503,
  },
].map((definition) => ({ ...definition, schema: {} }));

/** Input that its schema takes and the actor does not; `path` is where it stands. */
export function invalid(path: string, message: string): CallError {
  return new CallError(InfrastructureErrorCode.VALIDATION_ERROR, message, {
    errors: [{ path, message }],
  });
}

export function noSuchActor({ kind, id }: { kind: string; id: string }): CallError {
  return new CallError(
    "ACTOR_NOT_FOUND",
    `There is no ${kind} "${id}": nothing was ever sent to it`,
  );
}

/** A failure as it is told to callers; what is no business of theirs stays what it is. */
export function toCallError(error: unknown): unknown {
  if (error instanceof CommandError) return fromCommand(error);
  if (!(error instanceof BusError)) return error;
  if (error.code === "TOO_LARGE") return invalid("", error.message);
  // Whatever it was, e.g. that this node stops: the event may be in the log, and another node, or this
  // one later, answers the same command.
  return new CallError("UNAVAILABLE", error.message, undefined, { retryable: true, cause: error });
}

function fromCommand(error: CommandError): CallError {
  const { code, message, retryable } = error;
  switch (code) {
    case "VALIDATION_ERROR":
      return invalid("/event", message);
    case "STALE":
      return new CallError("ACTOR_NOT_FOUND", message, undefined, { cause: error });
    case "RATE_LIMITED":
      return new CallError("RATE_LIMITED", message, { retry_after: 1 }, { cause: error });
    default:
      return new CallError(code, message, undefined, { retryable, cause: error });
  }
}
