/**
 * Everything that can be asked of a whole graph.
 *
 * @module
 */
export { type BottleneckResult, bottlenecks } from "./bottleneck.ts";
export {
  type BottleneckReport,
  bottleneckReport,
  type BottleneckReportOptions,
} from "./bottleneck_report.ts";
export { calculateTaskEv, computeEffectiveP, workflowCost } from "./cost-benefit.ts";
export { criticalPath, weightedCriticalPath } from "./critical-path.ts";
export { shouldDecomposeTask } from "./decompose.ts";
export {
  impactWeight,
  resolveDefaults,
  riskSuccessProbability,
  riskWeight,
  scopeCostEstimate,
  scopeTokenEstimate,
} from "./defaults.ts";
export { parallelGroups } from "./parallel-groups.ts";
export { riskDistribution, riskPath } from "./risk.ts";
