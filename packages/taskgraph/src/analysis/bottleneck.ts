/**
 * The tasks through which most shortest chains lead.
 *
 * @module
 */
import type { TaskGraph } from "../graph/construction.ts";
import { type IndexedGraph, indexGraph } from "../graph/indexed_graph.ts";
import { accumulateBetweenness } from "./brandes.ts";

/** A task and its share of the shortest chains between all other tasks. */
export interface BottleneckResult {
  /** The task. */
  taskId: string;
  /** From 0, on no chain, to 1, on all of them. */
  score: number;
}

/** Scores every task by betweenness, highest first; cost grows with tasks times edges. */
export function bottlenecks(graph: TaskGraph): BottleneckResult[] {
  const indexed = indexGraph(graph.raw);
  return rankBetweenness(indexed, accumulateBetweenness(indexed, indexed.ids.keys()));
}

/** Normalises sums of betweenness and sorts them, the highest first. */
export function rankBetweenness({ ids }: IndexedGraph, sums: Float64Array): BottleneckResult[] {
  const scale = ids.length > 2 ? 1 / ((ids.length - 1) * (ids.length - 2)) : 1;
  return ids
    .map((taskId, node) => ({ taskId, score: (sums[node] ?? 0) * scale }))
    .sort((a, b) => b.score - a.score);
}
