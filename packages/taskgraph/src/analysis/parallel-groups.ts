/**
 * What can be done at the same time.
 *
 * @module
 */
import type { TaskGraph } from "../graph/construction.ts";
import { at } from "../graph/indexed_graph.ts";
import { topology } from "../graph/topology.ts";

/**
 * Groups tasks by their longest distance from a start; the tasks of a group can run side by side.
 *
 * @throws {CircularDependencyError} if there is a cycle.
 */
export function parallelGroups(graph: TaskGraph): string[][] {
  const { graph: { ids }, order, generation } = topology(graph.raw);
  const groups: string[][] = [];
  for (const node of order) {
    const group = groups[at(generation, node)];
    if (group === undefined) groups.push([ids[node] ?? ""]);
    else group.push(ids[node] ?? "");
  }
  return groups;
}
