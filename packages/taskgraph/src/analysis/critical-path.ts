/**
 * The longest chains of a graph.
 *
 * @module
 */
import type { TaskGraph } from "../graph/construction.ts";
import { at } from "../graph/indexed_graph.ts";
import { orderedIds, type Topology, topology } from "../graph/topology.ts";
import type { TaskGraphNodeAttributes } from "../schema/graph.ts";

/** What a task counts for in the length of a chain. */
export type WeightFunction = (id: string, attributes: TaskGraphNodeAttributes) => number;

const NOBODY = -1;

/**
 * Finds the chain with the most tasks; among equals, the one whose end comes first in order.
 *
 * @throws {CircularDependencyError} if there is a cycle.
 */
export function criticalPath(graph: TaskGraph): string[] {
  return weightedCriticalPath(graph, () => 1);
}

/**
 * Finds the chain whose tasks weigh most in sum; `weigh` is called once per task.
 *
 * @throws {CircularDependencyError} if there is a cycle.
 */
export function weightedCriticalPath(graph: TaskGraph, weigh: WeightFunction): string[] {
  const { raw } = graph;
  const sorted = topology(raw);
  if (sorted.order.length < 2) return orderedIds(sorted);
  const { ids } = sorted.graph;
  const weights = new Float64Array(ids.length);
  for (const node of sorted.order) {
    const id = ids[node] ?? "";
    weights[node] = weigh(id, raw.getNodeAttributes(id));
  }
  const { end, before } = longestChain(sorted, weights);
  const path: string[] = [];
  for (let node = end; node !== NOBODY; node = at(before, node)) path.push(ids[node] ?? "");
  return path.reverse();
}

function longestChain(
  { graph, order }: Topology,
  weights: Float64Array,
): { end: number; before: Int32Array } {
  const { inStart, inFrom } = graph;
  const distance = new Float64Array(order.length);
  const before = new Int32Array(order.length).fill(NOBODY);
  let end = NOBODY, longest = -Infinity;
  for (const node of order) {
    let best = -Infinity;
    for (let edge = at(inStart, node); edge < at(inStart, node + 1); edge++) {
      const prerequisite = at(inFrom, edge);
      // Strictly greater, here and below: a tie stays with whoever came first.
      if (!(at(distance, prerequisite) > best)) continue;
      best = at(distance, prerequisite);
      before[node] = prerequisite;
    }
    const reached = (best === -Infinity ? 0 : best) + at(weights, node);
    distance[node] = reached;
    if (!(reached > longest)) continue;
    longest = reached;
    end = node;
  }
  return { end, before };
}
