/**
 * The categorical vocabulary of tasks, each in ascending order.
 *
 * @module
 */
import { type Static, type TNull, type TSchema, type TUnion, Type } from "@sinclair/typebox";

/** How much of a system a task touches. */
export const TaskScopeEnum = Type.Union([
  Type.Literal("single"),
  Type.Literal("narrow"),
  Type.Literal("moderate"),
  Type.Literal("broad"),
  Type.Literal("system"),
]);
/** How much of a system a task touches. */
export type TaskScope = Static<typeof TaskScopeEnum>;

/** How likely a task is to fail. */
export const TaskRiskEnum = Type.Union([
  Type.Literal("trivial"),
  Type.Literal("low"),
  Type.Literal("medium"),
  Type.Literal("high"),
  Type.Literal("critical"),
]);
/** How likely a task is to fail. */
export type TaskRisk = Static<typeof TaskRiskEnum>;

/** How far the failure of a task reaches. */
export const TaskImpactEnum = Type.Union([
  Type.Literal("isolated"),
  Type.Literal("component"),
  Type.Literal("phase"),
  Type.Literal("project"),
]);
/** How far the failure of a task reaches. */
export type TaskImpact = Static<typeof TaskImpactEnum>;

/** What kind of work a task is. */
export const TaskLevelEnum = Type.Union([
  Type.Literal("planning"),
  Type.Literal("decomposition"),
  Type.Literal("implementation"),
  Type.Literal("review"),
  Type.Literal("research"),
]);
/** What kind of work a task is. */
export type TaskLevel = Static<typeof TaskLevelEnum>;

/** How soon a task is wanted. */
export const TaskPriorityEnum = Type.Union([
  Type.Literal("low"),
  Type.Literal("medium"),
  Type.Literal("high"),
  Type.Literal("critical"),
]);
/** How soon a task is wanted. */
export type TaskPriority = Static<typeof TaskPriorityEnum>;

/** How far a task has come. */
export const TaskStatusEnum = Type.Union([
  Type.Literal("pending"),
  Type.Literal("in-progress"),
  Type.Literal("completed"),
  Type.Literal("failed"),
  Type.Literal("blocked"),
]);
/** How far a task has come. */
export type TaskStatus = Static<typeof TaskStatusEnum>;

/** Makes a schema that accepts what `schema` accepts, and `null`. */
export function Nullable<T extends TSchema>(schema: T): TUnion<[T, TNull]> {
  return Type.Union([schema, Type.Null()]);
}
