/**
 * Brandes' accumulation of betweenness from single sources, every edge of length 1.
 *
 * @module
 */
import { at, type IndexedGraph } from "../graph/indexed_graph.ts";

const UNSEEN = -1;
/** Path counts are kept below this, times 2^512 to the power of an exponent of their own. */
const LIMB = 2 ** 512;

interface Scratch {
  /** Nodes in the order in which they were reached. */
  readonly reached: Int32Array;
  readonly depth: Int32Array;
  /** Number of shortest paths, as `count × LIMB ^ exponent`: it grows exponentially with depth. */
  readonly count: Float64Array;
  readonly exponent: Int32Array;
  /** What the source's paths through a node add up to. */
  readonly dependency: Float64Array;
}

/** Sums, for each node, its share of the shortest paths that start at one of `sources`. */
export function accumulateBetweenness(
  graph: IndexedGraph,
  sources: Iterable<number>,
): Float64Array {
  const order = graph.ids.length, totals = new Float64Array(order);
  const scratch: Scratch = {
    reached: new Int32Array(order),
    depth: new Int32Array(order).fill(UNSEEN),
    count: new Float64Array(order),
    exponent: new Int32Array(order),
    dependency: new Float64Array(order),
  };
  for (const source of sources) {
    const reachedCount = countPaths(graph, source, scratch);
    collect(graph, reachedCount, scratch, totals);
    // Only what was touched is reset: most sources reach a small part of the graph.
    for (let i = 0; i < reachedCount; i++) {
      const node = at(scratch.reached, i);
      scratch.depth[node] = UNSEEN;
      scratch.count[node] = scratch.exponent[node] = scratch.dependency[node] = 0;
    }
  }
  return totals;
}

/** Searches breadth first, counting shortest paths; returns how many nodes were reached. */
function countPaths(graph: IndexedGraph, source: number, scratch: Scratch): number {
  const { reached, depth, count } = scratch, { outStart, outTo } = graph;
  reached[0] = source;
  depth[source] = 0;
  count[source] = 1;
  let length = 1;
  for (let head = 0; head < length; head++) {
    const node = at(reached, head), next = at(depth, node) + 1;
    const end = at(outStart, node + 1);
    for (let edge = at(outStart, node); edge < end; edge++) {
      const neighbour = at(outTo, edge);
      if (depth[neighbour] === UNSEEN) {
        depth[neighbour] = next;
        reached[length++] = neighbour;
      }
      if (depth[neighbour] === next) addPaths(scratch, neighbour, node);
    }
  }
  return length;
}

/** Adds the paths to `from` to the paths to `to`. */
function addPaths({ count, exponent }: Scratch, to: number, from: number): void {
  const ahead = at(exponent, from) - at(exponent, to);
  if (ahead === 0) {
    count[to] = at(count, to) + at(count, from);
  } else if (ahead > 0) {
    // Two limbs apart, the smaller number is far below the last bit of the larger one.
    count[to] = (ahead === 1 ? at(count, to) / LIMB : 0) + at(count, from);
    exponent[to] = at(exponent, from);
  } else if (ahead === -1) {
    count[to] = at(count, to) + at(count, from) / LIMB;
  }
  if (at(count, to) < LIMB) return;
  count[to] = at(count, to) / LIMB;
  exponent[to] = at(exponent, to) + 1;
}

/** Walks back from the farthest node, handing each node's dependency on to those before it. */
function collect(
  { inStart, inFrom }: IndexedGraph,
  length: number,
  { reached, depth, count, exponent, dependency }: Scratch,
  totals: Float64Array,
): void {
  for (let i = length - 1; i > 0; i--) {
    const node = at(reached, i), before = at(depth, node) - 1;
    const share = (1 + at(dependency, node)) / at(count, node);
    const end = at(inStart, node + 1);
    for (let edge = at(inStart, node); edge < end; edge++) {
      const previous = at(inFrom, edge);
      if (depth[previous] !== before) continue;
      const behind = at(exponent, node) - at(exponent, previous);
      if (behind === 0) {
        dependency[previous] = at(dependency, previous) + at(count, previous) * share;
      } else if (behind === 1) {
        dependency[previous] = at(dependency, previous) + (at(count, previous) * share) / LIMB;
      }
    }
    totals[node] = at(totals, node) + at(dependency, node);
  }
}
