/**
 * The one error of this library, and how anything thrown becomes one.
 *
 * @module
 */
import { traitsOf } from "./call_codes.ts";

/** Codes that the library itself raises. */
export enum InfrastructureErrorCode {
  OPERATION_NOT_FOUND = "OPERATION_NOT_FOUND",
  ACCESS_DENIED = "ACCESS_DENIED",
  VALIDATION_ERROR = "VALIDATION_ERROR",
  TIMEOUT = "TIMEOUT",
  ABORTED = "ABORTED",
  EXECUTION_ERROR = "EXECUTION_ERROR",
  UNKNOWN_ERROR = "UNKNOWN_ERROR",
}

/** A code of the library, or one that an operation declares. */
export type CallErrorCode = InfrastructureErrorCode | string;

/** What else is known about a failure. */
export interface CallErrorOptions {
  /** Whether the same call may succeed later. The code decides when it is not given. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/**
 * A call that failed. Branch on `code`, never on the text.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { CallError } from "@alkdev/operations";
 *
 * const error = new CallError("TIMEOUT", "Call 7 timed out", { deadline: 7 });
 * strictEqual(error.retryable, true);
 * ```
 */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly code: CallErrorCode;
  readonly details?: unknown;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;

  /** Makes an error with a code that callers branch on. */
  constructor(
    code: CallErrorCode,
    message: string,
    details?: unknown,
    options: CallErrorOptions = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.details = details;
    this.retryable = options.retryable ?? traitsOf(code)?.retryable ?? false;
  }
}

/** Any value as text; what has no text of its own is told by its kind. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/**
 * Turns anything thrown into a {@linkcode CallError}. A declared code is recognised only where the
 * message is that code or begins with it and a colon.
 */
export function mapError(
  error: unknown,
  errorSchemas?: readonly { code: string; schema: unknown }[],
): CallError {
  if (error instanceof CallError) return error;
  if (!(error instanceof Error)) {
    const raw = textOf(error);
    return new CallError(InfrastructureErrorCode.UNKNOWN_ERROR, raw, { raw });
  }
  const declared = errorSchemas?.find(({ code }) =>
    error.message === code || error.message.startsWith(`${code}:`)
  );
  const code = declared?.code ?? InfrastructureErrorCode.EXECUTION_ERROR;
  return new CallError(code, error.message, error, { cause: error });
}
