/**
 * Task graphs: what depends on what, what can run at the same time, what is at risk and what it
 * costs; and the files in which tasks are written down.
 *
 * - {@linkcode TaskGraph} holds the graph: build it from tasks, records or JSON, ask, change.
 * - {@linkcode parallelGroups}, {@linkcode criticalPath}, {@linkcode bottlenecks} and their kin
 *   look at its shape; {@linkcode riskPath} and {@linkcode workflowCost} at its numbers.
 * - {@linkcode parseFrontmatter} and {@linkcode serializeFrontmatter} read and write tasks;
 *   {@linkcode parseTaskDocument} and {@linkcode updateTaskDocument} change files and lose nothing.
 * - {@linkcode scanTaskDirectory} reads a directory and reports what is wrong with each file.
 *
 * Everything is pure but the functions that read files.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { parallelGroups, TaskGraph } from "@alkdev/taskgraph";
 *
 * const graph = TaskGraph.fromTasks([
 *   { id: "api", name: "API", dependsOn: ["schema"] },
 *   { id: "docs", name: "Docs", dependsOn: ["schema"] },
 *   { id: "schema", name: "Schema", dependsOn: [] },
 * ]);
 * deepStrictEqual(parallelGroups(graph), [["schema"], ["api", "docs"]]);
 * ```
 *
 * @module
 */
export { TaskGraph } from "./graph/index.ts";
export {
  type BottleneckReport,
  bottleneckReport,
  type BottleneckReportOptions,
  type BottleneckResult,
  bottlenecks,
  calculateTaskEv,
  criticalPath,
  impactWeight,
  parallelGroups,
  resolveDefaults,
  riskDistribution,
  riskPath,
  riskSuccessProbability,
  riskWeight,
  scopeCostEstimate,
  scopeTokenEstimate,
  shouldDecomposeTask,
  weightedCriticalPath,
  workflowCost,
} from "./analysis/index.ts";
export {
  parseFrontmatter,
  parseTaskDirectory,
  parseTaskDocument,
  parseTaskFile,
  type ScanOptions,
  scanTaskDirectory,
  serializeFrontmatter,
  serializeTaskDocument,
  type TaskDocument,
  type TaskDocumentPatch,
  type TaskScan,
  type TaskScanError,
  updateTaskDocument,
} from "./frontmatter/index.ts";
export {
  DecomposeResult,
  DependencyEdge,
  EvConfig,
  EvResult,
  ResolvedTaskAttributes,
  RiskDistributionResult,
  RiskPathResult,
  TaskGraphEdgeAttributes,
  TaskGraphNodeAttributes,
  TaskGraphSerialized,
  type TaskImpact,
  TaskImpactEnum,
  TaskInput,
  type TaskLevel,
  TaskLevelEnum,
  type TaskPriority,
  TaskPriorityEnum,
  type TaskRisk,
  TaskRiskEnum,
  type TaskScope,
  TaskScopeEnum,
  type TaskStatus,
  TaskStatusEnum,
  WorkflowCostOptions,
  WorkflowCostResult,
} from "./schema/index.ts";
export {
  type AnyValidationError,
  CircularDependencyError,
  DuplicateEdgeError,
  DuplicateNodeError,
  type GraphValidationError,
  type InputPosition,
  InvalidInputError,
  TaskgraphError,
  TaskNotFoundError,
  type ValidationError,
} from "./error/index.ts";
