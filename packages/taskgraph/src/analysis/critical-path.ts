/**
 * The longest chains of a graph.
 *
 * @module
 */
import type { TaskGraph } from "../graph/construction.ts";
import { at } from "../graph/indexed_graph.ts";
import { orderedIds, topology } from "../graph/topology.ts";
import type { TaskGraphNodeAttributes } from "../schema/graph.ts";
import { longestChain, NOBODY } from "./longest_chain.ts";

/** What a task counts for in the length of a chain. */
export type WeightFunction = (id: string, attributes: TaskGraphNodeAttributes) => number;

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
