/**
 * Questions to a graph.
 *
 * @module
 */
import { TaskNotFoundError } from "../error/index.ts";
import type { TaskGraphNodeAttributes } from "../schema/graph.ts";
import { inOrderAdded, type TaskGraphInner } from "./opaque_id_graph.ts";
import { orderedIds, partialTopology, topology } from "./topology.ts";

export { findCycles } from "./cycles.ts";

/** Tells whether any task depends on itself, directly or through others. */
export function hasCycles(raw: TaskGraphInner): boolean {
  return partialTopology(raw).order.length < raw.order;
}

/**
 * Lists all tasks so that each comes after its prerequisites.
 *
 * @throws {CircularDependencyError} if there is no such order.
 */
export function topologicalOrder(raw: TaskGraphInner): string[] {
  return orderedIds(topology(raw));
}

/**
 * Lists what a task waits for, in the order in which it was said.
 *
 * @throws {TaskNotFoundError} if there is no such task.
 */
export function dependencies(raw: TaskGraphInner, taskId: string): string[] {
  if (!raw.hasNode(taskId)) throw new TaskNotFoundError(taskId);
  const found = raw.inNeighbors(taskId);
  if (!mayBeReordered(found)) return found;
  return inOrderAdded(raw, raw.inEdges(taskId)).map((edge) => raw.source(edge));
}

/**
 * Lists what waits for a task, in the order in which it was said.
 *
 * @throws {TaskNotFoundError} if there is no such task.
 */
export function dependents(raw: TaskGraphInner, taskId: string): string[] {
  if (!raw.hasNode(taskId)) throw new TaskNotFoundError(taskId);
  const found = raw.outNeighbors(taskId);
  if (!mayBeReordered(found)) return found;
  return inOrderAdded(raw, raw.outEdges(taskId)).map((edge) => raw.target(edge));
}

/** Counts the tasks. */
export function taskCount(raw: TaskGraphInner): number {
  return raw.order;
}

/** Gets the attributes of a task, live, or `undefined`. */
export function getTask(raw: TaskGraphInner, taskId: string): TaskGraphNodeAttributes | undefined {
  return raw.hasNode(taskId) ? raw.getNodeAttributes(taskId) : undefined;
}

/** Whether the library has moved some of these ids to the front. */
function mayBeReordered(neighbours: readonly string[]): boolean {
  return neighbours.length > 1 && neighbours.some((id) => /^(?:0|[1-9]\d{0,9})$/.test(id));
}
