/**
 * Fills a graph from tasks, records or serialised data.
 *
 * @module
 */
import { Value } from "@sinclair/typebox/value";
import {
  DuplicateEdgeError,
  DuplicateNodeError,
  InvalidInputError,
  TaskNotFoundError,
} from "../error/index.ts";
import { type TaskGraphNodeAttributes, TaskGraphSerialized } from "../schema/graph.ts";
import type { DependencyEdge, TaskInput } from "../schema/task.ts";
import { edgeKey } from "./mutation.ts";
import type { TaskGraphInner } from "./opaque_id_graph.ts";

/** How much of a prerequisite's failure a dependent is spared, unless an edge says otherwise. */
export const DEFAULT_QUALITY_RETENTION = 0.9;

/** Adds tasks and the dependencies they name; a name that is no task becomes one. */
export function addTasksWithDependencies(raw: TaskGraphInner, tasks: readonly TaskInput[]): void {
  addTasks(raw, tasks);
  for (const { dependsOn } of tasks) {
    for (const id of dependsOn) if (!raw.hasNode(id)) raw.addNode(id, { name: id });
  }
  for (const { id, dependsOn } of tasks) {
    for (const prerequisite of new Set(dependsOn)) {
      raw.addEdgeWithKey(edgeKey(prerequisite, id), prerequisite, id, {
        qualityRetention: DEFAULT_QUALITY_RETENTION,
      });
    }
  }
}

/**
 * Adds tasks, none of which may be there twice.
 *
 * @throws {DuplicateNodeError} for the first repeated id, before anything is added.
 */
export function addTasks(raw: TaskGraphInner, tasks: readonly TaskInput[]): void {
  const seen = new Set<string>();
  for (const { id } of tasks) {
    if (seen.has(id)) throw new DuplicateNodeError(id);
    seen.add(id);
  }
  for (const task of tasks) raw.addNode(task.id, nodeAttributes(task));
}

/**
 * Adds one dependency between tasks that are there.
 *
 * @throws {TaskNotFoundError} if an end is not there, the prerequisite first.
 * @throws {DuplicateEdgeError} if the dependency is there.
 */
export function addDependency(raw: TaskGraphInner, edge: DependencyEdge): void {
  const { from, to } = edge;
  if (!raw.hasNode(from)) throw new TaskNotFoundError(from);
  if (!raw.hasNode(to)) throw new TaskNotFoundError(to);
  const key = edgeKey(from, to);
  if (raw.hasEdge(key)) throw new DuplicateEdgeError(from, to);
  // Records come from JSON, where what was never told may be null.
  const qualityRetention = edge.qualityRetention ?? DEFAULT_QUALITY_RETENTION;
  raw.addEdgeWithKey(key, from, to, { qualityRetention });
}

/**
 * Adds what serialised data holds.
 *
 * @throws {InvalidInputError} if the data breaks the schema.
 */
export function importSerialized(raw: TaskGraphInner, data: TaskGraphSerialized): void {
  if (!Value.Check(TaskGraphSerialized, data)) {
    const error = Value.Errors(TaskGraphSerialized, data).First();
    throw InvalidInputError.fromTypeBoxError(error ?? { path: "", message: "Invalid graph" });
  }
  // The library would keep the very objects it is given, and change them later.
  const nodes = data.nodes.map((node) => ({ ...node, attributes: { ...node.attributes } }));
  const edges = data.edges.map((edge) => ({ ...edge, attributes: { ...edge.attributes } }));
  raw.import({ ...data, nodes, edges });
}

function nodeAttributes(task: TaskInput): TaskGraphNodeAttributes {
  const { name, status, scope, risk, impact, level, priority } = task;
  return {
    name,
    ...(status != null && { status }),
    ...(scope != null && { scope }),
    ...(risk != null && { risk }),
    ...(impact != null && { impact }),
    ...(level != null && { level }),
    ...(priority != null && { priority }),
  };
}

/** Copies from `raw` into `target` the nodes that `filter` accepts and the edges between them. */
export function copyMatching(
  raw: TaskGraphInner,
  target: TaskGraphInner,
  filter: (id: string, attributes: TaskGraphNodeAttributes) => boolean,
): void {
  raw.forEachNode((id, attributes) => {
    if (filter(id, attributes)) target.addNode(id, { ...attributes });
  });
  raw.forEachEdge((key, attributes, from, to) => {
    if (target.hasNode(from) && target.hasNode(to)) {
      target.addEdgeWithKey(key, from, to, { ...attributes });
    }
  });
}
