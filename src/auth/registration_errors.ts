/**
 * Why workers are turned away.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { BusError } from "@hub/bus";

/** What refusals mean over HTTP. */
export const REGISTRATION_ERRORS = {
  INVALID_TOKEN: { http: 401, retryable: false, message: "the token is not valid" },
  EXPIRED_TOKEN: { http: 401, retryable: false, message: "the token has expired" },
  INVALID_PROOF: { http: 401, retryable: false, message: "the proof does not hold" },
  ALREADY_ENROLLED: { http: 409, retryable: false, message: "the key belongs to another peer" },
  RATE_LIMITED: { http: 429, retryable: true, message: "too many attempts" },
  STORE_ERROR: { http: 503, retryable: true, message: "the database cannot answer now" },
} as const;
/** Why a worker was refused. */
export type RegistrationErrorCode = keyof typeof REGISTRATION_ERRORS;

/** Runs what asks the database, or other nodes. @throws {CallError} `STORE_ERROR` where they are away. */
export async function stored<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isAway = error instanceof CallError
      ? error.code === "UNAVAILABLE"
      : error instanceof BusError && error.retryable;
    if (isAway) {
      throw new CallError("STORE_ERROR", REGISTRATION_ERRORS.STORE_ERROR.message, undefined, {
        retryable: true,
        cause: error,
      });
    }
    throw error;
  }
}

/** Why a worker is turned away. */
export function refusal(code: RegistrationErrorCode, details?: unknown): CallError {
  const { message, retryable } = REGISTRATION_ERRORS[code];
  return new CallError(code, message, details, { retryable });
}
