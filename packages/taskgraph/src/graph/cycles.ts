/**
 * Depth-first search for cycles, on a stack of its own: a graph may be deeper than the call stack.
 *
 * @module
 */
import { at, type IndexedGraph, indexGraph } from "./indexed_graph.ts";
import type { TaskGraphInner } from "./opaque_id_graph.ts";

const NOT_ON_PATH = -1;
const DONE = -2;

/** Finds one cycle per back edge; `["a", "b"]` means that a leads to b and b back to a. */
export function findCycles(raw: TaskGraphInner): string[][] {
  return findIndexedCycles(indexGraph(raw));
}

/** Finds one cycle per back edge; every node and every edge is visited once. */
export function findIndexedCycles(graph: IndexedGraph): string[][] {
  const cycles: string[][] = [];
  const search = {
    path: new Int32Array(graph.ids.length),
    // Where a node stands on the path, so that a back edge is told apart without a search.
    place: new Int32Array(graph.ids.length).fill(NOT_ON_PATH),
    nextEdge: graph.outStart.slice(),
  };
  for (let root = 0; root < graph.ids.length; root++) {
    if (search.place[root] === NOT_ON_PATH) walk(graph, root, { ...search, cycles });
  }
  // A self-loop alone is no cycle between tasks; it counts only beside a real one.
  return cycles.some((cycle) => cycle.length > 1) ? cycles : [];
}

interface Search {
  readonly path: Int32Array;
  readonly place: Int32Array;
  readonly nextEdge: Int32Array;
  readonly cycles: string[][];
}

function walk(graph: IndexedGraph, root: number, { path, place, nextEdge, cycles }: Search): void {
  let depth = 0;
  path[0] = root;
  place[root] = 0;
  while (depth >= 0) {
    const node = at(path, depth), edge = at(nextEdge, node);
    if (edge === graph.outStart[node + 1]) {
      place[node] = DONE;
      depth--;
      continue;
    }
    nextEdge[node] = edge + 1;
    const next = at(graph.outTo, edge), placed = at(place, next);
    if (placed >= 0) {
      cycles.push(Array.from(path.subarray(placed, depth + 1), (on) => graph.ids[on] ?? ""));
    } else if (placed === NOT_ON_PATH) {
      place[next] = ++depth;
      path[depth] = next;
    }
  }
}
