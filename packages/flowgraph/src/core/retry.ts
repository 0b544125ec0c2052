/**
 * Whether a failed attempt is repeated, and when.
 *
 * @module
 */
import type { CallErrorInfo } from "../schema/call.ts";
import type { RunNode } from "./run.ts";

/** Errors that another attempt will not mend. */
const FINAL_CODES = new Set([
  "ABORTED",
  "ACCESS_DENIED",
  "VALIDATION_ERROR",
  "OPERATION_NOT_FOUND",
  "INPUT_ERROR",
]);

const DEFAULT_MAX_DELAY_MS = 60_000;

function allows(filter: unknown, error: CallErrorInfo): boolean {
  if (typeof filter === "function") return filter(error) === true;
  return Array.isArray(filter) ? filter.includes(error.code) : !FINAL_CODES.has(error.code);
}

/** Whether the attempt that just failed is followed by another. */
export function mayRetry({ template, state }: RunNode, error: CallErrorInfo): boolean {
  const { retries, retryOn } = template.block.props;
  const used = state.attempt - (state.forgiven ?? 0);
  return typeof retries === "number" && used <= retries && allows(retryOn, error);
}

/** How long to wait after a failed attempt. */
export function retryDelay({ template, state }: RunNode): number {
  const { retryDelayMs, backoff, maxDelayMs } = template.block.props;
  const base = typeof retryDelayMs === "number" ? retryDelayMs : 0;
  const most = typeof maxDelayMs === "number" ? maxDelayMs : DEFAULT_MAX_DELAY_MS;
  // Nothing stays nothing, even times the infinity to which a long backoff grows.
  if (base === 0) return 0;
  const k = state.attempt - (state.forgiven ?? 0);
  const factor = backoff === "exponential" ? 2 ** (k - 1) : backoff === "linear" ? k : 1;
  return Math.min(base * factor, most);
}
