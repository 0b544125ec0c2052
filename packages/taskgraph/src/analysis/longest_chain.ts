/**
 * The heaviest chain of an ordered graph, by node number.
 *
 * @module
 */
import { at } from "../graph/indexed_graph.ts";
import type { Topology } from "../graph/topology.ts";

/** Stands for no node. */
export const NOBODY = -1;

/** Where the heaviest chain ends, and for each node the one before it; every edge is visited once. */
export function longestChain(
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
