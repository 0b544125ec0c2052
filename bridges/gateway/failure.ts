/**
 * What a failed request tells its caller: one mapping for all gateways.
 *
 * @module
 */
import { type ErrorDefinition, httpStatus, toWireError, type WireError } from "@alkdev/operations";

/** A failure, ready to be told. */
export interface Failure {
  readonly status: number;
  readonly error: WireError;
}

/** What else counts for how a failure is told. */
export interface FailureContext {
  readonly isAuthenticated: boolean;
  /** Errors that the operation declares. */
  readonly declared?: readonly ErrorDefinition[] | undefined;
  /** Whether this node is being shut down: another one will do what was asked. */
  readonly isDraining?: boolean;
}

/** What admission says when nobody can tell who calls; no operation's own word. */
const UNAVAILABLE = 503;
const MAX_RETRY_AFTER_S = 86_400;

/** Says what went wrong, as far as it is the caller's business. */
export function failureOf(thrown: unknown, context: FailureContext): Failure {
  const error = told(toWireError(thrown), context);
  const { code } = error;
  const declared = context.declared?.find((definition) => definition.code === code)?.httpStatus ??
    (code === "UNAVAILABLE" ? UNAVAILABLE : null);
  return { status: httpStatus(code, { authenticated: context.isAuthenticated, declared }), error };
}

function told(error: WireError, { isDraining = false }: FailureContext): WireError {
  if (error.code !== "ABORTED" || !isDraining) return error;
  const message = "this node is shutting down";
  return { ...error, message, retryable: true, details: { reason: "draining" } };
}

/** After how many seconds to come again; `undefined` where nothing sound is known. */
export function retryAfterOf({ status, error }: Failure): number | undefined {
  if ((status !== 429 && status !== 503) || !error.retryable) return undefined;
  const { details } = error;
  if (typeof details !== "object" || details === null || !("retry_after" in details)) {
    return undefined;
  }
  const { retry_after: seconds } = details;
  const isSound = typeof seconds === "number" && Number.isInteger(seconds) && seconds >= 0 &&
    seconds <= MAX_RETRY_AFTER_S;
  return isSound ? seconds : undefined;
}
