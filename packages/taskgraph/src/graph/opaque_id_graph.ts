/**
 * A directed graph in which every string is an id like any other.
 *
 * @module
 */
import { DirectedGraph } from "graphology";
import type { TaskGraphEdgeAttributes, TaskGraphNodeAttributes } from "../schema/graph.ts";

/** The graph inside a task graph: prerequisite → dependent, no parallel edges, no self-loops. */
export type TaskGraphInner = DirectedGraph<TaskGraphNodeAttributes, TaskGraphEdgeAttributes>;

/** An object that inherits nothing, so that no key is there before it is set. */
function Neighbours(this: object): void {}
Neighbours.prototype = Object.create(null);

/**
 * The library keeps the neighbours of a node in `{}`, where `constructor` is always present and
 * `__proto__` cannot be set. This is the same record on objects that inherit nothing.
 */
class NodeData {
  key: string;
  attributes: TaskGraphNodeAttributes;
  inDegree = 0;
  outDegree = 0;
  directedLoops = 0;
  in: object;
  out: object;

  constructor(key: string, attributes: TaskGraphNodeAttributes) {
    this.key = key;
    this.attributes = attributes;
    this.in = Reflect.construct(Neighbours, []);
    this.out = Reflect.construct(Neighbours, []);
  }

  clear(): void {
    this.inDegree = 0;
    this.outDegree = 0;
    this.directedLoops = 0;
    this.in = Reflect.construct(Neighbours, []);
    this.out = Reflect.construct(Neighbours, []);
  }
}

/** When each edge of a graph made here was added, by key. */
const places = new WeakMap<TaskGraphInner, ReadonlyMap<string, number>>();

class OpaqueIdGraph extends DirectedGraph<TaskGraphNodeAttributes, TaskGraphEdgeAttributes> {
  constructor() {
    super({ type: "directed", multi: false, allowSelfLoops: false });
    Object.defineProperty(this, "NodeDataClass", { value: NodeData });
    const added = new Map<string, number>();
    let next = 0;
    this.on("edgeAdded", ({ key }) => void added.set(key, next++));
    this.on("edgeDropped", ({ key }) => void added.delete(key));
    this.on("edgesCleared", () => added.clear());
    this.on("cleared", () => added.clear());
    places.set(this, added);
  }

  // The inherited method calls `hasOwnProperty` on what here inherits nothing.
  override hasEdge(...ends: [edge: unknown] | [source: unknown, target: unknown]): boolean {
    if (ends.length === 1) return super.hasEdge(ends[0]);
    return this.hasDirectedEdge(ends[0], ends[1]);
  }

  override hasDirectedEdge(...ends: [edge: unknown] | [source: unknown, target: unknown]): boolean {
    if (ends.length === 1) return super.hasDirectedEdge(ends[0]);
    const [source, target] = ends;
    return this.hasNode(source) && this.hasNode(target) && this.edge(source, target) !== undefined;
  }
}

/** Makes an empty graph. */
export function createInnerGraph(): TaskGraphInner {
  return new OpaqueIdGraph();
}

/**
 * Sorts edges of `raw` by when they were added: the library keeps the neighbours of a node as object
 * keys, where whole numbers are moved to the front.
 */
export function inOrderAdded(raw: TaskGraphInner, edges: readonly string[]): string[] {
  // A graph of the library's own, which nobody watched, has to be walked.
  const added = places.get(raw) ?? new Map(raw.edges().map((edge, place) => [edge, place]));
  return [...edges].sort((a, b) => (added.get(a) ?? 0) - (added.get(b) ?? 0));
}
