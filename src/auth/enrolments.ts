/**
 * Worker registration, as the bridge asks for it.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import type { Enrolments } from "../../bridges/ports.ts";
import {
  registerWorker,
  type RegisterWorkerOptions,
  REGISTRATION_ERRORS,
  type RegistrationErrorCode,
} from "./register_worker.ts";

/** Creates what the bridge asks. */
export function createEnrolments(options: Omit<RegisterWorkerOptions, "source">): Enrolments {
  return {
    async enrol(request, source) {
      try {
        const { ...answer } = await registerWorker(request, { ...options, source });
        return { status: 201, answer };
      } catch (error) {
        if (!(error instanceof CallError) || !isKnown(error.code)) throw error;
        const { http: status, message, retryable } = REGISTRATION_ERRORS[error.code];
        const answer = { code: error.code, message, retryable };
        const retryAfterS = retryAfterOf(error);
        return { status, answer, ...(retryAfterS === undefined ? {} : { retryAfterS }) };
      }
    },
  };
}

function isKnown(code: string): code is RegistrationErrorCode {
  return Object.hasOwn(REGISTRATION_ERRORS, code);
}

function retryAfterOf({ details }: CallError): number | undefined {
  const known = typeof details === "object" && details !== null && "retry_after" in details;
  return known && typeof details.retry_after === "number" ? details.retry_after : undefined;
}
