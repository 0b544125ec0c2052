/**
 * Graphs that several tests need.
 *
 * @module
 */
import fc from "fast-check";
import { TaskGraph } from "./graph/construction.ts";
import type { TaskInput } from "./schema/task.ts";

/** Makes a task that only has an id and what it depends on. */
export function task(id: string, ...dependsOn: string[]): TaskInput {
  return { id, name: id, dependsOn };
}

/** A → B → C → D. */
export function chain(): TaskGraph {
  return TaskGraph.fromTasks([task("A"), task("B", "A"), task("C", "B"), task("D", "C")]);
}

/** A → B and C → D. */
export function diamond(): TaskGraph {
  return TaskGraph.fromTasks([task("A"), task("B", "A"), task("C", "A"), task("D", "B", "C")]);
}

/** C → A → B → C, and A → D. */
export function cyclic(): TaskGraph {
  return TaskGraph.fromTasks([task("A", "C"), task("B", "A"), task("C", "B"), task("D", "A")]);
}

/** A chain of `length` tasks, deeper than any call stack. */
export function longChain(length: number): TaskGraph {
  const graph = new TaskGraph();
  for (let i = 0; i < length; i++) graph.addTask(`t${i}`, { name: `t${i}` });
  for (let i = 1; i < length; i++) graph.addDependency(`t${i - 1}`, `t${i}`);
  return graph;
}

/** Ids of every kind: the words objects know, whole numbers, the empty one, arrows. */
const WORDS = [
  ..."abcdefgh",
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "toString",
  "prototype",
  "",
  "1",
  "0",
  "10",
  "2",
  "é→",
];

/** Distinct ids and edges between their indexes, in any order; cycles allowed. */
export const anyEdges: fc.Arbitrary<{ ids: string[]; edges: [number, number][] }> = fc
  .uniqueArray(fc.constantFrom(...WORDS), { minLength: 2, maxLength: 10 })
  .chain((ids) => {
    const end = fc.nat(ids.length - 1);
    const edge = fc.tuple(end, end).filter(([a, b]) => a !== b);
    const edges = fc.uniqueArray(edge, { maxLength: 24, selector: ([a, b]) => `${a} ${b}` });
    return fc.record({ ids: fc.constant(ids), edges });
  });

/** The same, where edges only lead onwards in a hidden order of the ids. */
export const acyclicEdges: fc.Arbitrary<{ ids: string[]; edges: [number, number][] }> = anyEdges
  .chain(({ ids, edges }) =>
    fc.shuffledSubarray([...ids.keys()], { minLength: ids.length }).map((rank) => {
      const onward = edges.map(([a, b]): [number, number] =>
        (rank[a] ?? 0) < (rank[b] ?? 0) ? [a, b] : [b, a]
      );
      const seen = new Set<string>();
      const once = onward.filter(([a, b]) => !seen.has(`${a} ${b}`) && seen.add(`${a} ${b}`));
      return { ids, edges: once };
    })
  );

/** Builds the graph of generated edges. */
export function graphOf({ ids, edges }: { ids: string[]; edges: [number, number][] }): TaskGraph {
  const graph = new TaskGraph();
  for (const id of ids) graph.addTask(id, { name: id });
  for (const [a, b] of edges) graph.addDependency(ids[a] ?? "", ids[b] ?? "");
  return graph;
}
