/**
 * The errors this package throws.
 *
 * @module
 */

/** Any error of this package; an error of the graph library itself is not one. */
export class TaskgraphError extends Error {
  /** Makes an error that says `message`. */
  constructor(message: string) {
    super(message);
    this.name = "TaskgraphError";
    // Keeps `instanceof` working where classes are compiled down to functions.
    Object.setPrototypeOf(this, new.target.prototype);
  }
}

/** No task has this id. */
export class TaskNotFoundError extends TaskgraphError {
  /** The id that no task has. */
  readonly taskId: string;

  /** Makes the error for one id. */
  constructor(taskId: string) {
    super(`Task not found: ${taskId}`);
    this.name = "TaskNotFoundError";
    this.taskId = taskId;
  }
}

/** An order was asked of a graph that has none. */
export class CircularDependencyError extends TaskgraphError {
  /** One cycle per back edge; `["a", "b"]` means that a leads to b and b to a. */
  readonly cycles: string[][];

  /** Makes the error for the cycles found. */
  constructor(cycles: string[][]) {
    super(`Circular dependency detected: ${listed(cycles)}`);
    this.name = "CircularDependencyError";
    this.cycles = cycles;
  }
}

/** A task with this id is there already. */
export class DuplicateNodeError extends TaskgraphError {
  /** The id given twice. */
  readonly taskId: string;

  /** Makes the error for one id. */
  constructor(taskId: string) {
    super(`Duplicate node: ${taskId}`);
    this.name = "DuplicateNodeError";
    this.taskId = taskId;
  }
}

/** This dependency is there already. */
export class DuplicateEdgeError extends TaskgraphError {
  /** The task that comes first. */
  readonly prerequisite: string;
  /** The task that waits for it. */
  readonly dependent: string;

  /** Makes the error for one dependency. */
  constructor(prerequisite: string, dependent: string) {
    super(`Duplicate edge: ${prerequisite} → ${dependent}`);
    this.name = "DuplicateEdgeError";
    this.prerequisite = prerequisite;
    this.dependent = dependent;
  }
}

/** A tangled graph has more cycles than a string can hold; all of them are in `cycles`. */
const MAX_LISTED = 1_000_000;

function listed(cycles: readonly string[][]): string {
  const texts: string[] = [];
  let length = 0;
  for (const cycle of cycles) {
    const text = cycle.join(" → ");
    length += text.length;
    if (length > MAX_LISTED && texts.length > 0) break;
    texts.push(text);
  }
  const left = cycles.length - texts.length;
  return texts.join("; ") + (left === 0 ? "" : `; and ${left} more`);
}
