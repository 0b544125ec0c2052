/**
 * The one graph class: of operations, of calls, of a workflow's nodes.
 *
 * @module
 */
import type { TypeCompatResult } from "../analysis/type_compat.ts";
import { buildTypeEdges } from "../analysis/type_edges.ts";
import { operationAttributes, operationKey, type OperationSpec } from "../operation_spec.ts";
import type { CallEdgeAttrs, CallNodeAttrs, CallStatus } from "../schema/call.ts";
import type { CallEventMapValue, FlatCallEvent } from "../schema/event.ts";
import type { OperationEdgeAttrs, OperationNodeAttrs } from "../schema/operation.ts";
import { type CallGraphOptions, CallLedger, type CallPatch } from "./call_ledger.ts";
import * as calls from "./call_queries.ts";
import { DuplicateNodeError } from "./errors.ts";
import { GraphStructure } from "./graph_structure.ts";
import { addTypeEdges, type OperationGraphOptions, typedEdge } from "./operation_edges.ts";
import { type DotOptions, toDot } from "./dot.ts";
import { type MermaidOptions, toMermaid } from "./mermaid.ts";
import { GRAPH_OPTIONS, readEvidence, readGraph, type SerializedFlowGraph } from "./serialized.ts";

/** Edges of an operation graph: fitting types, and dependencies told by hand. */
export type OperationGraphEdge = OperationEdgeAttrs | { edgeType: "depends_on" };

/** A call event in any accepted encoding. */
export type AnyCallEvent = CallEventMapValue | FlatCallEvent;

/**
 * A directed acyclic graph whose edges have a type. Operation graphs, call graphs and workflow
 * templates are all of this class; the methods of one kind make sense on graphs of that kind.
 *
 * @example The record of two calls, whose events come in the wrong order
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 * import { FlowGraph } from "@alkdev/flowgraph/graph";
 *
 * const graph = FlowGraph.fromCallEvents([
 *   { type: "call.responded", payload: { requestId: "b", output: 42 }, timestamp: 3 },
 *   { type: "call.requested", timestamp: 2,
 *     payload: { requestId: "b", operationId: "math.add", input: {}, parentRequestId: "a" } },
 *   { type: "call.requested", timestamp: 1,
 *     payload: { requestId: "a", operationId: "math.sum", input: {} } },
 * ]);
 * deepStrictEqual(graph.lineage("b"), ["a", "b"]);
 * strictEqual(graph.getNodeAttributes("b").status, "completed");
 * deepStrictEqual(graph.filterByStatus("pending"), ["a"]);
 * ```
 */
export class FlowGraph<
  // A graph of no stated kind takes attributes of every kind.
  // deno-lint-ignore no-explicit-any
  N extends object = any,
  // deno-lint-ignore no-explicit-any
  E extends { edgeType: string } = any,
> extends GraphStructure<N, E> {
  readonly #options: CallGraphOptions;
  readonly #calls: CallLedger;

  constructor(options: CallGraphOptions = {}) {
    super();
    this.#options = options;
    this.#calls = new CallLedger(this.raw, options);
  }

  /**
   * One node per operation and an edge wherever an output fits an input.
   *
   * @throws {CycleError} if the fits are cyclic and `onCycle` is "throw".
   */
  static fromSpecs(
    specs: readonly OperationSpec[],
    options: OperationGraphOptions = {},
  ): FlowGraph<OperationNodeAttrs, OperationGraphEdge> {
    const graph = new FlowGraph<OperationNodeAttrs, OperationGraphEdge>();
    for (const spec of specs) graph.addOperation(spec);
    addTypeEdges(graph.raw, buildTypeEdges(specs), options);
    return graph;
  }

  /** Folds call events into a graph; their order and repetitions do not matter. */
  static fromCallEvents(
    events: Iterable<AnyCallEvent>,
    options: CallGraphOptions = {},
  ): FlowGraph<CallNodeAttrs, CallEdgeAttrs> {
    const graph = new FlowGraph<CallNodeAttrs, CallEdgeAttrs>(options);
    for (const event of events) graph.updateFromEvent(event);
    return graph;
  }

  /**
   * Reads what `export()` wrote.
   *
   * @throws {FlowGraphError} if options or attributes are not those of such a graph.
   */
  // deno-lint-ignore no-explicit-any
  static fromJSON<N extends object = any, E extends { edgeType: string } = any>(
    data: unknown,
    options: CallGraphOptions = {},
  ): FlowGraph<N, E> {
    const graph = new FlowGraph<N, E>(options);
    const { callEvidence, ...attributes } = readGraph(graph.raw, data);
    graph.raw.replaceAttributes(attributes);
    graph.#calls.adopt(readEvidence(callEvidence));
    graph.raw.forEachNode((key, { namespace }) => {
      if (typeof namespace === "string") graph.alias(key);
    });
    return graph;
  }

  /** A new graph of the matching nodes and of the edges between them. */
  subgraph(filter: (key: string, attrs: N) => boolean): FlowGraph<N, E> {
    const graph = new FlowGraph<N, E>(this.#options);
    this.raw.forEachNode((key, attrs) => {
      if (!filter(key, attrs)) return;
      graph.raw.addNode(key, { ...attrs });
      if (typeof attrs.namespace === "string") graph.alias(key);
    });
    this.raw.forEachEdge((key, attrs, from, to) => {
      if (!graph.raw.hasNode(from) || !graph.raw.hasNode(to)) return;
      graph.raw.addEdgeWithKey(key, from, to, { ...attrs });
    });
    graph.#calls.adopt({});
    return graph;
  }

  /** The graph in graphology's JSON; `fromJSON` reads it. */
  export(): SerializedFlowGraph<N, E> {
    const { attributes = {}, nodes, edges } = this.raw.export();
    const evidence = this.#calls.exportEvidence();
    return {
      attributes: {
        ...attributes,
        ...(Object.keys(evidence).length > 0 && { callEvidence: evidence }),
      },
      options: { ...GRAPH_OPTIONS },
      nodes: nodes.map(({ key, attributes: attrs }) => ({ key, attributes: { ...attrs } })),
      edges: edges.map(({ source, target, attributes: attrs }) => ({
        key: `${source}->${target}`,
        source,
        target,
        attributes: { ...attrs },
      })),
    };
  }

  /** Same as `export()`, so that `JSON.stringify` works. */
  toJSON(): SerializedFlowGraph<N, E> {
    return this.export();
  }

  /** The graph as a Mermaid flowchart. */
  toMermaid(options: MermaidOptions<N> = {}): string {
    return toMermaid(this, options);
  }

  /** The graph in Graphviz's DOT. */
  toDot(options: DotOptions<N> = {}): string {
    return toDot(this, options);
  }

  /**
   * Adds one operation as a node, without edges.
   *
   * @throws {DuplicateNodeError} if it is there already.
   */
  addOperation(spec: OperationSpec): void {
    const key = operationKey(spec);
    if (this.raw.hasNode(key)) throw new DuplicateNodeError(key);
    this.raw.addNode(key, operationAttributes(spec));
    this.alias(key);
  }

  /** Adds an edge that tells whether the output of `source` fits the input of `target`. */
  addTypedEdge(
    this: FlowGraph<OperationNodeAttrs, OperationGraphEdge>,
    source: string,
    target: string,
    compat: TypeCompatResult,
  ): void {
    this.addEdge(source, target, typedEdge(compat));
  }

  /** Adds a `depends_on` edge; between calls that have an edge already it does nothing. */
  addDependency(source: string, target: string): void {
    const from = this.find(source), to = this.find(target);
    const areCalls = this.raw.hasNodeAttribute(from, "requestId");
    if (areCalls && this.raw.hasEdge(from, to)) return;
    this.connect(from, to, { edgeType: "depends_on" });
  }

  /**
   * Adds a call and, once both are known, the edge from its parent.
   *
   * @throws {DuplicateNodeError} if the request id is there already.
   * @throws {CycleError} if the call would be its own ancestor.
   */
  addCall(this: FlowGraph<CallNodeAttrs, CallEdgeAttrs>, attrs: CallNodeAttrs): void {
    this.#calls.add(attrs);
  }

  /**
   * Folds one call event and returns whether it changed anything. `at` defaults to the event's
   * timestamp, else to the clock's time.
   *
   * @throws {TypeError} if the event cannot be read.
   * @throws {CycleError} if it makes a call its own ancestor; the graph is then unchanged.
   */
  updateFromEvent(
    this: FlowGraph<CallNodeAttrs, CallEdgeAttrs>,
    event: AnyCallEvent,
    at?: string,
  ): boolean {
    return this.#calls.fold(event, at);
  }

  /**
   * Sets a call's status by hand.
   *
   * @throws {InvalidTransitionError} if that status cannot follow the present one.
   */
  updateStatus(
    this: FlowGraph<CallNodeAttrs, CallEdgeAttrs>,
    requestId: string,
    status: CallStatus,
    patch: CallPatch = {},
  ): void {
    this.#calls.setStatus(requestId, status, patch);
  }

  /** Keys of the calls with that status. */
  filterByStatus(status: CallStatus): string[] {
    return calls.filterByStatus(this.raw, status);
  }

  /** Calls without a parent. */
  getRoots(): string[] {
    return calls.getRoots(this.raw);
  }

  /** Calls that this one triggered. */
  children(id: string): string[] {
    return calls.children(this.raw, this.find(id));
  }

  /** Ids from the root to this call, both included. */
  lineage(id: string): string[] {
    return calls.lineage(this.raw, this.find(id));
  }

  /** How long a call took, in milliseconds; undefined while it is open. */
  duration(id: string): number | undefined {
    return calls.duration(this.raw, this.find(id));
  }

  /** The calls to abort along with this one: itself first, parents before children. */
  abortSet(id: string, policy: calls.AbortPolicy = "abort-dependents"): string[] {
    return calls.abortSet(this.raw, this.find(id), policy);
  }
}
