/**
 * The machine of a call's status.
 *
 * @module
 */
import type { CallStatus } from "../schema/call.ts";

const FOLLOWERS: Record<CallStatus, readonly CallStatus[]> = {
  pending: ["running", "completed", "failed", "aborted"],
  running: ["completed", "failed", "aborted"],
  completed: [],
  failed: [],
  aborted: [],
};

/** Whether a call may go from one status to another; staying is no transition. */
export function isValidTransition(from: CallStatus, to: CallStatus): boolean {
  return FOLLOWERS[from].includes(to);
}

/** Whether nothing follows this status. */
export function isTerminalStatus(status: CallStatus): boolean {
  return FOLLOWERS[status].length === 0;
}
