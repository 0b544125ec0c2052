/**
 * The errors of this package. Each names the node or the edge, and the reason.
 *
 * @module
 */

/** One finding of a validation. */
export interface GraphIssue {
  readonly type: "graph";
  readonly category:
    | "cycle"
    | "dangling-reference"
    | "type-mismatch"
    | "orphan-parent"
    | "placeholder"
    | "unknown-operation"
    | "duplicate-id"
    | "invalid-props"
    | "empty-template";
  readonly message: string;
  readonly nodes?: readonly string[];
  readonly details?: unknown;
}

/** What every error of this package extends. */
export class FlowGraphError extends Error {
  override name = "FlowGraphError";
}

/** The edges named would make, or make, the graph cyclic. */
export class CycleError extends FlowGraphError {
  override name = "CycleError";
  /** Each cycle once, its first node not repeated at the end. */
  readonly cycles: string[][];

  constructor(cycles: string[][]) {
    const [first = []] = cycles;
    super(`Cycle: ${[...first, ...first.slice(0, 1)].join(" → ")}`);
    this.cycles = cycles;
  }
}

/** There is no such node. */
export class NodeNotFoundError extends FlowGraphError {
  override name = "NodeNotFoundError";
  /** Key of the node. */
  readonly key: string;

  constructor(key: string) {
    super(`Cannot find node ${key}: the graph has no such node`);
    this.key = key;
  }
}

/**
 * Refuses keys such as "constructor": the graph library keeps neighbours in plain objects, which have
 * properties of these names from the start.
 *
 * @throws {FlowGraphError} if the key is one of them.
 */
export function assertKey(key: string): void {
  if (!(key in Object.prototype)) return;
  throw new FlowGraphError(`Cannot add node ${key}: every object has a property of that name`);
}

/** There is such a node already. */
export class DuplicateNodeError extends FlowGraphError {
  override name = "DuplicateNodeError";
  /** Key of the node. */
  readonly key: string;

  constructor(key: string) {
    super(`Cannot add node ${key}: the graph has it already`);
    this.key = key;
  }
}

/** There is such an edge already. */
export class DuplicateEdgeError extends FlowGraphError {
  override name = "DuplicateEdgeError";
  /** Where the edge begins. */
  readonly source: string;
  /** Where it ends. */
  readonly target: string;

  constructor(source: string, target: string) {
    super(`Cannot add edge ${source} -> ${target}: the graph has it already`);
    this.source = source;
    this.target = target;
  }
}

/** The status asked for cannot follow the present one. */
export class InvalidTransitionError extends FlowGraphError {
  override name = "InvalidTransitionError";
  /** Key of the call. */
  readonly key: string;
  /** Its status. */
  readonly from: string;
  /** The status asked for. */
  readonly to: string;

  constructor(key: string, from: string, to: string) {
    super(`Cannot set ${key} to ${to}: status is ${from}`);
    this.key = key;
    this.from = from;
    this.to = to;
  }
}

/** A template cannot be compiled, or is not the one a state was made with. */
export class TemplateError extends FlowGraphError {
  override name = "TemplateError";
  /** Everything that is wrong. */
  readonly issues: readonly GraphIssue[];

  constructor(issues: readonly GraphIssue[]) {
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
    super(`Cannot use template: ${issues[0]?.message ?? "it has issues"}${more}`);
    this.issues = issues;
  }
}
