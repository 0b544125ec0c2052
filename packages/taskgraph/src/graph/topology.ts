/**
 * Kahn's algorithm: an order in which every task comes after its prerequisites.
 *
 * @module
 */
import { CircularDependencyError } from "../error/index.ts";
import { findCycles } from "./cycles.ts";
import { at, type IndexedGraph, indexGraph } from "./indexed_graph.ts";
import type { TaskGraphInner } from "./opaque_id_graph.ts";

/** A topological order, by node number. */
export interface Topology {
  /** The graph it is an order of. */
  readonly graph: IndexedGraph;
  /** Node numbers in order; shorter than the graph if it has a cycle. */
  readonly order: Int32Array;
  /** For each node number in `order`, its longest distance from a source. */
  readonly generation: Int32Array;
}

/** Orders what can be ordered; nodes on or behind a cycle are left out. */
export function partialTopology(raw: TaskGraphInner): Topology {
  return orderIndexed(indexGraph(raw));
}

/** Orders what can be ordered; every node and every edge is visited once. */
export function orderIndexed(graph: IndexedGraph): Topology {
  const { ids, inStart, outStart, outTo } = graph;
  const waiting = new Int32Array(ids.length), generation = new Int32Array(ids.length);
  const queue = new Int32Array(ids.length);
  let queued = 0;
  for (let node = 0; node < ids.length; node++) {
    waiting[node] = at(inStart, node + 1) - at(inStart, node);
    if (waiting[node] === 0) queue[queued++] = node;
  }
  for (let head = 0; head < queued; head++) {
    const node = at(queue, head);
    for (let edge = at(outStart, node); edge < at(outStart, node + 1); edge++) {
      const dependent = at(outTo, edge), left = at(waiting, dependent) - 1;
      waiting[dependent] = left;
      if (left > 0) continue;
      generation[dependent] = at(generation, node) + 1;
      queue[queued++] = dependent;
    }
  }
  return { graph, order: queue.subarray(0, queued), generation };
}

/**
 * Orders the whole graph.
 *
 * @throws {CircularDependencyError} if it has a cycle.
 */
export function topology(raw: TaskGraphInner): Topology {
  const found = partialTopology(raw);
  if (found.order.length < found.graph.ids.length) {
    throw new CircularDependencyError(findCycles(raw));
  }
  return found;
}

/** The ids of an order. */
export function orderedIds({ graph, order }: Topology): string[] {
  const ids: string[] = [];
  for (const node of order) ids.push(graph.ids[node] ?? "");
  return ids;
}
