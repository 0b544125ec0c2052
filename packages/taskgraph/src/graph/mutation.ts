/**
 * Changes to a graph.
 *
 * @module
 */
import { TaskNotFoundError } from "../error/index.ts";
import type { TaskGraphEdgeAttributes, TaskGraphNodeAttributes } from "../schema/graph.ts";
import type { TaskGraphInner } from "./opaque_id_graph.ts";

/** Spells the key of an edge. */
export function edgeKey(source: string, target: string): string {
  return `${source}->${target}`;
}

/** Removes a task and its dependencies; does nothing if it is not there. */
export function removeTask(raw: TaskGraphInner, taskId: string): void {
  if (raw.hasNode(taskId)) raw.dropNode(taskId);
}

/** Removes a dependency; does nothing if it is not there. */
export function removeDependency(
  raw: TaskGraphInner,
  prerequisite: string,
  dependent: string,
): void {
  const key = edgeKey(prerequisite, dependent);
  if (raw.hasEdge(key)) raw.dropEdge(key);
}

/**
 * Merges attributes into a task's.
 *
 * @throws {TaskNotFoundError} if there is no such task.
 */
export function updateTask(
  raw: TaskGraphInner,
  taskId: string,
  attributes: Partial<TaskGraphNodeAttributes>,
): void {
  if (!raw.hasNode(taskId)) throw new TaskNotFoundError(taskId);
  raw.mergeNodeAttributes(taskId, attributes);
}

/**
 * Merges attributes into a dependency's.
 *
 * @throws {TaskNotFoundError} with the key of the edge, if there is no such dependency.
 */
export function updateEdgeAttributes(
  raw: TaskGraphInner,
  prerequisite: string,
  dependent: string,
  attributes: Partial<TaskGraphEdgeAttributes>,
): void {
  const key = edgeKey(prerequisite, dependent);
  if (!raw.hasEdge(key)) throw new TaskNotFoundError(key);
  raw.mergeEdgeAttributes(key, attributes);
}
