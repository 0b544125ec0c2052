/**
 * Answers of the gateway, before they become responses.
 *
 * @module
 */
import type { WireError } from "@alkdev/operations";
import { type Failure, type Result, retryAfterOf } from "../gateway/mod.ts";
import type { Refusal } from "./refusal.ts";

/** What is answered. */
export interface Answer {
  readonly status: number;
  readonly body: string | ReadableStream<Uint8Array> | null;
  /** Added to those that all answers have. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers with a value. */
export function answerJson(value: unknown, status = 200): Answer {
  return { status, body: JSON.stringify(value) };
}

/** Answers with how a request ended, in the success wrapper or as the bare error. */
export function answerResult(result: Result<unknown>): Answer {
  if (!result.ok) return answerFailure(result);
  const body = wrapped(result.requestId, result.output);
  return body === undefined ? answerFailure(UNWRITABLE) : { status: 200, body };
}

/** Answers with a failure. */
export function answerFailure(failure: Failure): Answer {
  const { status, error } = failure;
  const retryAfter = retryAfterOf(failure);
  return {
    ...answerJson(bare(error), status),
    headers: {
      ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
      ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
    },
  };
}

/** Answers to what is turned away. */
export function answerRefusal({ status, code, message, retryable, headers }: Refusal): Answer {
  return { ...answerJson({ code, message, retryable }, status), headers };
}

/** One item of a list of results, as JSON. */
export function itemText(result: Result<unknown>): string {
  const { requestId } = result;
  const text = result.ok ? wrapped(requestId, result.output) : undefined;
  const error = result.ok ? UNWRITABLE.error : bare(result.error);
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

function bare({ code, message, retryable, details }: WireError): WireError {
  return { code, message, retryable, ...(details === undefined ? {} : { details }) };
}
