/**
 * Nodes, edges, and walks along them: what all graphs of this package have in common.
 *
 * @module
 */
import { DirectedGraph } from "graphology";
import { canonicalOperationId } from "../operation_spec.ts";
import { callDescendants } from "./call_queries.ts";
import {
  assertKey,
  CycleError,
  DuplicateEdgeError,
  DuplicateNodeError,
  FlowGraphError,
  NodeNotFoundError,
} from "./errors.ts";
import { GRAPH_OPTIONS } from "./serialized.ts";
import { breadthFirst, findCycles, findPath, kahnOrder, type RawGraph } from "./traversal.ts";

/** A directed acyclic graph whose edges have a type. */
export class GraphStructure<N extends object, E extends { edgeType: string }> {
  /** The graphology instance, for reading. */
  readonly raw: RawGraph = new DirectedGraph(GRAPH_OPTIONS);
  /** Other spellings of an operation's key. */
  readonly #aliases = new Map<string, string>();

  /** How many nodes there are. */
  get order(): number {
    return this.raw.order;
  }

  /** How many edges there are. */
  get size(): number {
    return this.raw.size;
  }

  /**
   * Adds a node.
   *
   * @throws {DuplicateNodeError} if there is one of that key.
   */
  addNode(key: string, attrs: N): void {
    assertKey(key);
    if (this.raw.hasNode(key)) throw new DuplicateNodeError(key);
    this.raw.addNode(key, { ...attrs });
  }

  /**
   * Adds an edge.
   *
   * @throws {NodeNotFoundError} if an end is missing.
   * @throws {DuplicateEdgeError} if the edge exists.
   * @throws {CycleError} if it would close a cycle.
   */
  addEdge(source: string, target: string, attrs: E): void {
    this.connect(this.find(source), this.find(target), attrs);
  }

  /** Whether there is such a node. */
  hasNode(key: string): boolean {
    return this.raw.hasNode(this.resolve(key));
  }

  /** Whether there is such an edge. */
  hasEdge(source: string, target: string): boolean {
    return this.raw.hasEdge(this.resolve(source), this.resolve(target));
  }

  /**
   * The attributes of a node.
   *
   * @throws {NodeNotFoundError} if there is none.
   */
  getNodeAttributes(key: string): N {
    return this.raw.getNodeAttributes(this.find(key));
  }

  /**
   * The attributes of an edge.
   *
   * @throws {NodeNotFoundError} if an end is missing.
   * @throws {FlowGraphError} if the edge is.
   */
  getEdgeAttributes(source: string, target: string): E {
    const from = this.find(source), to = this.find(target);
    if (this.raw.hasEdge(from, to)) return this.raw.getEdgeAttributes(from, to);
    throw new FlowGraphError(`Cannot find edge ${from} -> ${to}: the graph has no such edge`);
  }

  /** Keys of all nodes, in insertion order. */
  nodes(): string[] {
    return this.raw.nodes();
  }

  /** Keys of all edges, in insertion order. */
  edges(): string[] {
    return this.raw.edges();
  }

  /** Calls back for each node. */
  forEachNode(callback: (key: string, attrs: N) => void): void {
    this.raw.forEachNode((key, attrs) => callback(key, attrs));
  }

  /** Calls back for each edge. */
  forEachEdge(
    callback: (key: string, attrs: E, source: string, target: string) => void,
  ): void {
    this.raw.forEachEdge((key, attrs, from, to) => callback(key, attrs, from, to));
  }

  /** How many edges lead to a node. */
  inDegree(key: string): number {
    return this.raw.inDegree(this.find(key));
  }

  /** How many edges leave a node. */
  outDegree(key: string): number {
    return this.raw.outDegree(this.find(key));
  }

  /** Direct predecessors. */
  predecessors(key: string): string[] {
    return this.raw.inNeighbors(this.find(key));
  }

  /** Direct successors. */
  successors(key: string): string[] {
    return this.raw.outNeighbors(this.find(key));
  }

  /** Everything that leads to a node, nearest first. */
  ancestors(key: string): string[] {
    return breadthFirst(this.find(key), (at) => this.raw.inNeighbors(at));
  }

  /** Everything that a node leads to, nearest first; of a call, what it triggered. */
  descendants(key: string): string[] {
    const start = this.find(key);
    const isCall = this.raw.hasNodeAttribute(start, "requestId");
    if (isCall) return callDescendants(this.raw, start);
    return breadthFirst(start, (at) => this.raw.outNeighbors(at));
  }

  /** The keys and everything that they lead to. */
  reachableFrom(keys: Iterable<string>): Set<string> {
    const found = new Set<string>();
    for (const key of keys) {
      const start = this.find(key);
      if (found.has(start)) continue;
      found.add(start);
      const next = (at: string) => this.raw.outNeighbors(at).filter((to) => !found.has(to));
      for (const reached of breadthFirst(start, next)) found.add(reached);
    }
    return found;
  }

  /**
   * Every node after all of its predecessors; ties in insertion order.
   *
   * @throws {CycleError} if the graph is cyclic.
   */
  topologicalOrder(): string[] {
    return kahnOrder(this.raw);
  }

  /** Whether the graph is cyclic. */
  hasCycles(): boolean {
    return findCycles(this.raw, 1).length > 0;
  }

  /** One cycle per back edge; `[a, b]` means a → b → a. */
  findCycles(): string[][] {
    return findCycles(this.raw);
  }

  protected connect(
    from: string,
    to: string,
    attrs: { edgeType: string; compatible?: unknown },
  ): void {
    if (this.raw.hasEdge(from, to)) throw new DuplicateEdgeError(from, to);
    // An edge that says "does not fit" orders nothing, so it may close a circle.
    const orders = from === to || attrs.compatible !== false;
    // Most edges are added at an end of the graph, where no walk is needed.
    const isAtEnd = from !== to && (this.raw.inDegree(from) === 0 || this.raw.outDegree(to) === 0);
    const path = orders && !isAtEnd ? findPath(this.raw, to, from) : undefined;
    if (path) throw new CycleError([path]);
    this.raw.addEdgeWithKey(`${from}->${to}`, from, to, { ...attrs });
  }

  protected alias(key: string): void {
    const canonical = canonicalOperationId(key);
    if (!this.#aliases.has(canonical)) this.#aliases.set(canonical, key);
  }

  protected resolve(key: string): string {
    if (this.#aliases.size === 0 || this.raw.hasNode(key)) return key;
    return this.#aliases.get(canonicalOperationId(key)) ?? key;
  }

  protected find(key: string): string {
    const found = this.resolve(key);
    if (!this.raw.hasNode(found)) throw new NodeNotFoundError(key);
    return found;
  }
}
