/**
 * What analyses take and give, as schemas.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import {
  Nullable,
  TaskImpactEnum,
  TaskLevelEnum,
  TaskPriorityEnum,
  TaskRiskEnum,
  TaskScopeEnum,
  TaskStatusEnum,
} from "./enums.ts";

/** The chain of tasks with the most risk on it. */
export const RiskPathResult = Type.Object({
  path: Type.Array(Type.String()),
  totalRisk: Type.Number(),
});
/** The chain of tasks with the most risk on it. */
export type RiskPathResult = Static<typeof RiskPathResult>;

/** Whether a task should be split, and why. */
export const DecomposeResult = Type.Object({
  shouldDecompose: Type.Boolean(),
  reasons: Type.Array(Type.String()),
});
/** Whether a task should be split, and why. */
export type DecomposeResult = Static<typeof DecomposeResult>;

/** What a failed try costs beyond the work itself. */
export const EvConfig = Type.Object({
  retries: Type.Optional(Type.Number({ default: 0 })),
  fallbackCost: Type.Optional(Type.Number({ default: 0 })),
  timeLost: Type.Optional(Type.Number({ default: 0 })),
  valueRate: Type.Optional(Type.Number({ default: 0 })),
});
/** What a failed try costs beyond the work itself. */
export type EvConfig = Static<typeof EvConfig>;

/** The expected value of one task. */
export const EvResult = Type.Object({
  ev: Type.Number(),
  pSuccess: Type.Number(),
  expectedRetries: Type.Number(),
});
/** The expected value of one task. */
export type EvResult = Static<typeof EvResult>;

const PropagationMode = Type.Union([
  Type.Literal("independent"),
  Type.Literal("dag-propagate"),
]);

/** How the cost of a workflow is counted. */
export const WorkflowCostOptions = Type.Object({
  includeCompleted: Type.Optional(Type.Boolean()),
  limit: Type.Optional(Type.Number()),
  propagationMode: Type.Optional(PropagationMode),
  defaultQualityRetention: Type.Optional(Type.Number()),
  ev: Type.Optional(EvConfig),
});
/** How the cost of a workflow is counted. */
export type WorkflowCostOptions = Static<typeof WorkflowCostOptions>;

/** The cost of a workflow, task by task in topological order. */
export const WorkflowCostResult = Type.Object({
  tasks: Type.Array(
    Type.Object({
      taskId: Type.String(),
      name: Type.String(),
      ev: Type.Number(),
      pIntrinsic: Type.Number(),
      pEffective: Type.Number(),
      probability: Type.Number(),
      scopeCost: Type.Number(),
      impactWeight: Type.Number(),
    }),
  ),
  totalEv: Type.Number(),
  averageEv: Type.Number(),
  propagationMode: PropagationMode,
});
/** The cost of a workflow, task by task in topological order. */
export type WorkflowCostResult = Static<typeof WorkflowCostResult>;

/** Task ids by risk. */
export const RiskDistributionResult = Type.Object({
  trivial: Type.Array(Type.String()),
  low: Type.Array(Type.String()),
  medium: Type.Array(Type.String()),
  high: Type.Array(Type.String()),
  critical: Type.Array(Type.String()),
  unspecified: Type.Array(Type.String()),
});
/** Task ids by risk. */
export type RiskDistributionResult = Static<typeof RiskDistributionResult>;

/** A task with defaults in place of what was never assessed, and its numbers. */
export const ResolvedTaskAttributes = Type.Object({
  name: Type.String(),
  scope: TaskScopeEnum,
  risk: TaskRiskEnum,
  impact: TaskImpactEnum,
  level: Nullable(TaskLevelEnum),
  priority: Nullable(TaskPriorityEnum),
  status: Nullable(TaskStatusEnum),
  costEstimate: Type.Number(),
  tokenEstimate: Type.Number(),
  successProbability: Type.Number(),
  riskWeight: Type.Number(),
  impactWeight: Type.Number(),
});
/** A task with defaults in place of what was never assessed, and its numbers. */
export type ResolvedTaskAttributes = Static<typeof ResolvedTaskAttributes>;
