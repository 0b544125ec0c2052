/**
 * Where the risk of a graph lies.
 *
 * @module
 */
import type { TaskGraph } from "../graph/construction.ts";
import type { TaskGraphNodeAttributes } from "../schema/graph.ts";
import type { RiskDistributionResult, RiskPathResult } from "../schema/results.ts";
import { weightedCriticalPath } from "./critical-path.ts";
import { DEFAULT_IMPACT, DEFAULT_RISK, impactWeight, riskWeight } from "./defaults.ts";

/**
 * Finds the chain with the most risk, each task weighing its probability to fail times its impact.
 *
 * @throws {CircularDependencyError} if there is a cycle.
 */
export function riskPath(graph: TaskGraph): RiskPathResult {
  const path = weightedCriticalPath(graph, (_id, attributes) => weighRisk(attributes));
  let totalRisk = 0;
  for (const id of path) totalRisk += weighRisk(graph.raw.getNodeAttributes(id));
  return { path, totalRisk };
}

/** Sorts task ids by risk, in the order in which the tasks were added. */
export function riskDistribution(graph: TaskGraph): RiskDistributionResult {
  const buckets: RiskDistributionResult = {
    trivial: [],
    low: [],
    medium: [],
    high: [],
    critical: [],
    unspecified: [],
  };
  graph.raw.forEachNode((id, { risk }) => {
    const known = risk != null && Object.hasOwn(buckets, risk);
    buckets[known ? risk : "unspecified"].push(id);
  });
  return buckets;
}

function weighRisk({ risk, impact }: TaskGraphNodeAttributes): number {
  return riskWeight(risk ?? DEFAULT_RISK) * impactWeight(impact ?? DEFAULT_IMPACT);
}
