/**
 * Worker registration, as the bridge asks for it.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import type { EnrolmentAnswer, Enrolments } from "../../bridges/ports.ts";
import { registerWorker, type RegisterWorkerOptions } from "./register_worker.ts";
import { REGISTRATION_ERRORS, type RegistrationErrorCode } from "./registration_errors.ts";
import type { WorkerSessions } from "./worker_sessions.ts";

/** What enrolments need. */
export interface EnrolmentsOptions extends Omit<RegisterWorkerOptions, "source" | "sessionTtlMs"> {
  readonly sessions: Pick<WorkerSessions, "ttlMs" | "challenge" | "renewByKey">;
}

/** Creates what the bridge asks. */
export function createEnrolments({ sessions, ...options }: EnrolmentsOptions): Enrolments {
  const registering = { ...options, sessionTtlMs: sessions.ttlMs };
  return {
    enrol: (request, source) =>
      answered(201, () => registerWorker(request, { ...registering, source })),
    challenge: (source) => answered(200, () => sessions.challenge(source)),
    renew: (request, source) => answered(201, () => sessions.renewByKey(request, source)),
  };
}

async function answered(
  status: number,
  act: () => object | Promise<object>,
): Promise<EnrolmentAnswer> {
  try {
    return { status, answer: { ...await act() } };
  } catch (error) {
    if (!(error instanceof CallError) || !isKnown(error.code)) throw error;
    const { http, message, retryable } = REGISTRATION_ERRORS[error.code];
    const answer = { code: error.code, message, retryable };
    const retryAfterS = retryAfterOf(error);
    return { status: http, answer, ...(retryAfterS === undefined ? {} : { retryAfterS }) };
  }
}

function isKnown(code: string): code is RegistrationErrorCode {
  return Object.hasOwn(REGISTRATION_ERRORS, code);
}

function retryAfterOf({ details }: CallError): number | undefined {
  const known = typeof details === "object" && details !== null && "retry_after" in details;
  return known && typeof details.retry_after === "number" ? details.retry_after : undefined;
}
