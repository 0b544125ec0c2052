/**
 * A call's attributes, computed from what has been seen of it.
 *
 * @module
 */
import type { CallNodeAttrs, CallStatus } from "../schema/call.ts";
import { type CallEvidence, compareTimes } from "./call_evidence.ts";

interface Ending {
  readonly status: "completed" | "failed" | "aborted";
  readonly at: string;
}

/** The earliest ending counts; of several at one time failed, then aborted, then completed. */
function endingOf(evidence: CallEvidence, isSubscription: boolean): Ending | undefined {
  const { error, aborted, completed, firstResponse } = evidence;
  const endings: Ending[] = [
    ...(error ? [{ status: "failed" as const, at: error.at }] : []),
    ...(aborted ? [{ status: "aborted" as const, at: aborted.at }] : []),
    ...(completed ? [{ status: "completed" as const, at: completed.at }] : []),
    ...(firstResponse && !isSubscription
      ? [{ status: "completed" as const, at: firstResponse.at }]
      : []),
  ];
  // sort() is stable, so the order above breaks ties.
  return endings.sort((a, b) => compareTimes(a.at, b.at))[0];
}

function statusOf(evidence: CallEvidence, ending: Ending | undefined): CallStatus {
  if (ending) return ending.status;
  return evidence.firstResponse || evidence.runningSince ? "running" : "pending";
}

function startOf(
  { requested, firstResponse, runningSince }: CallEvidence,
  { ending, isSubscription }: { ending: Ending | undefined; isSubscription: boolean },
): string | undefined {
  if (runningSince) return runningSince.at;
  const opened = isSubscription ? firstResponse?.at : undefined;
  const wasOpen = opened !== undefined && (!ending || compareTimes(opened, ending.at) <= 0);
  return wasOpen ? opened : ending && requested?.at;
}

/** The attributes of a call of which `evidence` has been seen. */
export function callAttributes(
  requestId: string,
  evidence: CallEvidence,
  isSubscription: boolean,
): CallNodeAttrs {
  const { requested, firstResponse, lastResponse, error } = evidence;
  const ending = endingOf(evidence, isSubscription);
  const status = statusOf(evidence, ending);
  const response = isSubscription ? lastResponse : firstResponse;
  const keepsOutput = response && (isSubscription || status === "completed" || !ending);
  const startedAt = startOf(evidence, { ending, isSubscription });
  return {
    requestId,
    ...(requested?.value ?? { operationId: "", placeholder: true }),
    status,
    ...(requested?.at && { requestedAt: requested.at }),
    ...(startedAt && { startedAt }),
    ...(ending?.at && { completedAt: ending.at }),
    ...(keepsOutput && response.value !== undefined && { output: response.value }),
    ...(status === "failed" && error && { error: error.value }),
  };
}
