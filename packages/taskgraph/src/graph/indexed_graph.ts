/**
 * A graph as flat arrays, for algorithms that visit every edge.
 *
 * @module
 */
import type { TaskGraphInner } from "./opaque_id_graph.ts";

/** Nodes and edges by number; the neighbours of node `v` are `to[start[v]]` … `to[start[v + 1] - 1]`. */
export interface IndexedGraph {
  /** Ids in node insertion order. */
  readonly ids: readonly string[];
  /** Where the dependents of each node begin; one more entry than nodes. */
  readonly outStart: Int32Array;
  /** Dependents in edge insertion order. */
  readonly outTo: Int32Array;
  /** Where the prerequisites of each node begin; one more entry than nodes. */
  readonly inStart: Int32Array;
  /** Prerequisites in edge insertion order. */
  readonly inFrom: Int32Array;
}

/** Numbers the nodes of `raw` and packs its edges. */
export function indexGraph(raw: TaskGraphInner): IndexedGraph {
  const ids = raw.nodes();
  const numbers = new Map(ids.map((id, number) => [id, number]));
  const sources = new Int32Array(raw.size), targets = new Int32Array(raw.size);
  let edges = 0;
  raw.forEachEdge((_edge, _attributes, source, target) => {
    sources[edges] = numbers.get(source) ?? -1;
    targets[edges++] = numbers.get(target) ?? -1;
  });
  const out = pack(ids.length, sources, targets);
  const into = pack(ids.length, targets, sources);
  return { ids, outStart: out.start, outTo: out.ends, inStart: into.start, inFrom: into.ends };
}

/** Groups `ends` by `owners`, keeping their order. */
function pack(
  order: number,
  owners: Int32Array,
  ends: Int32Array,
): { start: Int32Array; ends: Int32Array } {
  const start = new Int32Array(order + 1);
  for (const owner of owners) start[owner + 1] = (start[owner + 1] ?? 0) + 1;
  for (let node = 0; node < order; node++) start[node + 1] = at(start, node + 1) + at(start, node);
  const next = start.slice(), packed = new Int32Array(ends.length);
  for (let edge = 0; edge < ends.length; edge++) {
    const owner = at(owners, edge), slot = at(next, owner);
    next[owner] = slot + 1;
    packed[slot] = at(ends, edge);
  }
  return { start, ends: packed };
}

/** Reads a typed array where the index is known to be inside it. */
export function at(array: Int32Array | Float64Array, index: number): number {
  return array[index] ?? 0;
}
