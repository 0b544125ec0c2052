/**
 * Failures as plain HTTP tells them: a status, and the bare error.
 *
 * @module
 */
import type { Logger } from "@logtape/logtape";
import type { WireError } from "@alkdev/operations";
import type { Answer } from "./answer.ts";
import { type Failure, failureOf, retryAfterOf } from "./failure.ts";
import { Refusal } from "./refusal.ts";

/** Answers with a value. */
export function answerJson(value: unknown, status = 200): Answer {
  return { status, body: JSON.stringify(value) };
}

/** Answers with a failure. */
export function answerFailure(failure: Failure): Answer {
  const { status, error } = failure;
  const retryAfter = retryAfterOf(failure);
  return {
    ...answerJson(bareError(error), status),
    headers: {
      ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
      ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
    },
  };
}

/** Answers what was thrown where no operation was reached; what must not happen is logged. */
export function answerThrown(thrown: unknown, log: Logger): Answer {
  if (thrown instanceof Refusal) {
    const { status, code, message, retryable, headers } = thrown;
    return { ...answerJson({ code, message, retryable }, status), headers };
  }
  const failure = failureOf(thrown, { isAuthenticated: false });
  if (failure.error.code === "INTERNAL") log.error("request failed", { error: thrown });
  return answerFailure(failure);
}

/** The node goes away; another one answers. */
export function shuttingDown(): Refusal {
  return new Refusal(503, {
    ...{ code: "INTERNAL", message: "this node is shutting down", retryable: true },
    headers: { "retry-after": "1" },
  });
}

/** What is told of an error, and no more. */
export function bareError({ code, message, retryable, details }: WireError): WireError {
  return { code, message, retryable, ...(details === undefined ? {} : { details }) };
}
