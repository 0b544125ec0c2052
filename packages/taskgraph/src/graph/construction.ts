/**
 * The task graph.
 *
 * @module
 */
import { DuplicateNodeError } from "../error/index.ts";
import type { AnyValidationError, GraphValidationError, ValidationError } from "../error/index.ts";
import type {
  TaskGraphEdgeAttributes,
  TaskGraphNodeAttributes,
  TaskGraphSerialized,
} from "../schema/graph.ts";
import type { DependencyEdge, TaskInput } from "../schema/task.ts";
import * as build from "./build.ts";
import * as mutation from "./mutation.ts";
import { createInnerGraph, type TaskGraphInner } from "./opaque_id_graph.ts";
import * as queries from "./queries.ts";
import * as validation from "./validation.ts";

export type { TaskGraphInner } from "./opaque_id_graph.ts";

/**
 * A directed graph of tasks; an edge leads from a prerequisite to what depends on it.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { TaskGraph } from "@alkdev/taskgraph";
 *
 * const graph = TaskGraph.fromTasks([
 *   { id: "ship", name: "Ship it", dependsOn: ["test"] },
 *   { id: "test", name: "Test it", dependsOn: ["build"] },
 *   { id: "build", name: "Build it", dependsOn: [] },
 * ]);
 * deepStrictEqual(graph.topologicalOrder(), ["build", "test", "ship"]);
 * deepStrictEqual(graph.dependencies("ship"), ["test"]);
 * ```
 */
export class TaskGraph {
  readonly #raw: TaskGraphInner = createInnerGraph();

  /**
   * Makes an empty graph, or one that holds `data`.
   *
   * @throws {InvalidInputError} if `data` breaks the schema.
   */
  constructor(data?: TaskGraphSerialized) {
    if (data !== undefined) TaskGraph.fromJSON(data, this);
  }

  /** The graph of the graph library; changes made to it are changes of this. */
  get raw(): TaskGraphInner {
    return this.#raw;
  }

  /** Spells the key of an edge. */
  protected _edgeKey(source: string, target: string): string {
    return mutation.edgeKey(source, target);
  }

  /**
   * Builds a graph from tasks; a prerequisite that is no given task becomes a task of its own.
   *
   * @throws {DuplicateNodeError} for the first repeated id.
   */
  static fromTasks(tasks: readonly TaskInput[]): TaskGraph {
    const graph = new TaskGraph();
    build.addTasksWithDependencies(graph.raw, tasks);
    return graph;
  }

  /**
   * Builds a graph from tasks and explicit edges; the tasks' own `dependsOn` does not count.
   *
   * @throws {DuplicateNodeError} for the first repeated id.
   * @throws {TaskNotFoundError} for an edge from or to no given task.
   * @throws {DuplicateEdgeError} for a repeated edge.
   */
  static fromRecords(
    tasks: readonly TaskInput[],
    edges: readonly DependencyEdge[],
  ): TaskGraph {
    const graph = new TaskGraph();
    build.addTasks(graph.raw, tasks);
    for (const edge of edges) build.addDependency(graph.raw, edge);
    return graph;
  }

  /**
   * Builds a graph from serialised data, in `target` if given.
   *
   * @throws {InvalidInputError} if `data` breaks the schema.
   */
  static fromJSON(data: TaskGraphSerialized, target: TaskGraph = new TaskGraph()): TaskGraph {
    build.importSerialized(target.raw, data);
    return target;
  }

  /**
   * Adds a task.
   *
   * @throws {DuplicateNodeError} if the id is taken.
   */
  addTask(id: string, attributes: TaskGraphNodeAttributes): void {
    if (this.#raw.hasNode(id)) throw new DuplicateNodeError(id);
    this.#raw.addNode(id, attributes);
  }

  /**
   * Makes `dependent` wait for `prerequisite`.
   *
   * @throws {TaskNotFoundError} if either is not there.
   * @throws {DuplicateEdgeError} if it waits already.
   */
  addDependency(
    prerequisite: string,
    dependent: string,
    qualityRetention: number = build.DEFAULT_QUALITY_RETENTION,
  ): void {
    build.addDependency(this.#raw, { from: prerequisite, to: dependent, qualityRetention });
  }

  /** Removes a task and its dependencies; does nothing if it is not there. */
  removeTask(id: string): void {
    mutation.removeTask(this.#raw, id);
  }

  /** Removes a dependency; does nothing if it is not there. */
  removeDependency(prerequisite: string, dependent: string): void {
    mutation.removeDependency(this.#raw, prerequisite, dependent);
  }

  /**
   * Merges attributes into a task's.
   *
   * @throws {TaskNotFoundError} if there is no such task.
   */
  updateTask(id: string, attributes: Partial<TaskGraphNodeAttributes>): void {
    mutation.updateTask(this.#raw, id, attributes);
  }

  /**
   * Merges attributes into a dependency's.
   *
   * @throws {TaskNotFoundError} with the key of the edge, if there is no such dependency.
   */
  updateEdgeAttributes(
    prerequisite: string,
    dependent: string,
    attributes: Partial<TaskGraphEdgeAttributes>,
  ): void {
    mutation.updateEdgeAttributes(this.#raw, prerequisite, dependent, attributes);
  }

  /** Gives the whole graph as plain data. */
  export(): TaskGraphSerialized {
    // Construction fixes the options that the library's type leaves open.
    return this.#raw.export() as TaskGraphSerialized;
  }

  /** Gives the whole graph as plain data, for `JSON.stringify`. */
  toJSON(): TaskGraphSerialized {
    return this.export();
  }

  /** Tells whether any task depends on itself, directly or through others. */
  hasCycles(): boolean {
    return queries.hasCycles(this.#raw);
  }

  /** Finds one cycle per back edge; `["a", "b"]` means that a leads to b and b back to a. */
  findCycles(): string[][] {
    return queries.findCycles(this.#raw);
  }

  /**
   * Lists all tasks so that each comes after its prerequisites.
   *
   * @throws {CircularDependencyError} if there is no such order.
   */
  topologicalOrder(): string[] {
    return queries.topologicalOrder(this.#raw);
  }

  /**
   * Lists what a task waits for.
   *
   * @throws {TaskNotFoundError} if there is no such task.
   */
  dependencies(id: string): string[] {
    return queries.dependencies(this.#raw, id);
  }

  /**
   * Lists what waits for a task.
   *
   * @throws {TaskNotFoundError} if there is no such task.
   */
  dependents(id: string): string[] {
    return queries.dependents(this.#raw, id);
  }

  /** Counts the tasks. */
  taskCount(): number {
    return queries.taskCount(this.#raw);
  }

  /** Gets the attributes of a task, live, or `undefined`. */
  getTask(id: string): TaskGraphNodeAttributes | undefined {
    return queries.getTask(this.#raw, id);
  }

  /** Copies the tasks that `filter` accepts, and the dependencies between them. */
  subgraph(filter: (id: string, attributes: TaskGraphNodeAttributes) => boolean): TaskGraph {
    const graph = new TaskGraph();
    build.copyMatching(this.#raw, graph.raw, filter);
    return graph;
  }

  /** Checks the attributes of every task against their schema. */
  validateSchema(): ValidationError[] {
    return validation.validateSchema(this.#raw);
  }

  /** Checks the shape of the graph. */
  validateGraph(): GraphValidationError[] {
    return validation.validateGraph(this.#raw);
  }

  /** Checks attributes first, then shape. */
  validate(): AnyValidationError[] {
    return validation.validate(this.#raw);
  }
}
