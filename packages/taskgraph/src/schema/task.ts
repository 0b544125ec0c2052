/**
 * What a task file says, and how two tasks depend on one another.
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

/** A task as it is written down: absent means never assessed, `null` means left empty on purpose. */
export const TaskInput = Type.Object({
  id: Type.String(),
  name: Type.String(),
  dependsOn: Type.Array(Type.String()),
  status: Type.Optional(Nullable(TaskStatusEnum)),
  scope: Type.Optional(Nullable(TaskScopeEnum)),
  risk: Type.Optional(Nullable(TaskRiskEnum)),
  impact: Type.Optional(Nullable(TaskImpactEnum)),
  level: Type.Optional(Nullable(TaskLevelEnum)),
  priority: Type.Optional(Nullable(TaskPriorityEnum)),
  tags: Type.Optional(Type.Array(Type.String())),
  assignee: Type.Optional(Nullable(Type.String())),
  due: Type.Optional(Nullable(Type.String())),
  created: Type.Optional(Nullable(Type.String())),
  modified: Type.Optional(Nullable(Type.String())),
});
/** A task as it is written down: absent means never assessed, `null` means left empty on purpose. */
export type TaskInput = Static<typeof TaskInput>;

/** A dependency between two tasks; `from` is the prerequisite. */
export const DependencyEdge = Type.Object({
  from: Type.String(),
  to: Type.String(),
  qualityRetention: Type.Optional(Type.Number({ default: 0.9 })),
});
/** A dependency between two tasks; `from` is the prerequisite. */
export type DependencyEdge = Static<typeof DependencyEdge>;
