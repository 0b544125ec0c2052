/**
 * Whether a task should be split.
 *
 * @module
 */
import type { DecomposeResult } from "../schema/results.ts";
import { resolveDefaults, type UnresolvedTaskAttributes } from "./defaults.ts";

/** Tells whether a task is too risky or too broad to be done in one piece, and why. */
export function shouldDecomposeTask(attributes: UnresolvedTaskAttributes): DecomposeResult {
  const { risk, scope, successProbability, costEstimate } = resolveDefaults(attributes);
  const reasons: string[] = [];
  if (risk === "high" || risk === "critical") {
    reasons.push(`risk: ${risk} — failure probability ${(1 - successProbability).toFixed(2)}`);
  }
  if (scope === "broad" || scope === "system") {
    reasons.push(`scope: ${scope} — cost estimate ${costEstimate.toFixed(1)}`);
  }
  return { shouldDecompose: reasons.length > 0, reasons };
}
