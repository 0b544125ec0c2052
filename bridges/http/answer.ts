/**
 * Answers of the gateway, before they become responses.
 *
 * @module
 */
import {
  type Answer,
  answerFailure,
  bareError,
  type Failure,
  type Result,
} from "../gateway/mod.ts";

/** Answers with how a request ended, in the success wrapper or as the bare error. */
export function answerResult(result: Result<unknown>): Answer {
  if (!result.ok) return answerFailure(result);
  const body = wrapped(result.requestId, result.output);
  return body === undefined ? answerFailure(UNWRITABLE) : { status: 200, body };
}

/** One item of a list of results, as JSON. */
export function itemText(result: Result<unknown>): string {
  const { requestId } = result;
  const text = result.ok ? wrapped(requestId, result.output) : undefined;
  const error = result.ok ? UNWRITABLE.error : bareError(result.error);
  return text ?? JSON.stringify({ request_id: requestId, result: "error", error });
}

/** What no JSON can be made of is the operation's fault, whatever it is. */
const UNWRITABLE: Failure = {
  status: 500,
  error: { code: "INTERNAL", message: "the output is no JSON", retryable: false },
};

function wrapped(requestId: string, output: unknown): string | undefined {
  try {
    return JSON.stringify({ request_id: requestId, result: "ok", output: output ?? null });
  } catch {
    return undefined; // a cycle, a big integer: told as a failure
  }
}
