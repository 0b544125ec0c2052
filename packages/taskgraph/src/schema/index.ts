/**
 * Every schema of the package.
 *
 * @module
 */
export {
  Nullable,
  type TaskImpact,
  TaskImpactEnum,
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
} from "./enums.ts";
export { DependencyEdge, TaskInput } from "./task.ts";
export {
  SerializedGraph,
  TaskGraphEdgeAttributes,
  TaskGraphNodeAttributes,
  TaskGraphNodeAttributesUpdate,
  TaskGraphSerialized,
} from "./graph.ts";
export {
  DecomposeResult,
  EvConfig,
  EvResult,
  ResolvedTaskAttributes,
  RiskDistributionResult,
  RiskPathResult,
  WorkflowCostOptions,
  WorkflowCostResult,
} from "./results.ts";
