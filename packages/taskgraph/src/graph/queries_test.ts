import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { DirectedGraph } from "graphology";
import { topologicalGenerations, topologicalSort } from "graphology-dag";
import { parallelGroups } from "../analysis/parallel-groups.ts";
import { CircularDependencyError } from "../error/index.ts";
import { acyclicEdges, anyEdges, chain, cyclic, graphOf, task } from "../test_graphs.ts";
import { TaskGraph, type TaskGraphInner } from "./construction.ts";
import { dependencies, dependents, findCycles, getTask, hasCycles } from "./queries.ts";

Deno.test("getTask() gives live attributes, or undefined", () => {
  strictEqual(getTask(chain().raw, "nobody"), undefined);
  deepStrictEqual(getTask(chain().raw, "A"), { name: "A" });
});

Deno.test("dependencies() and dependents() keep the order in which edges were added", () => {
  const graph = new TaskGraph();
  for (const id of ["end", "10", "b", "2", "a"]) graph.addTask(id, { name: id });
  for (const id of ["b", "10", "a", "2"]) graph.addDependency(id, "end");
  deepStrictEqual(dependencies(graph.raw, "end"), ["b", "10", "a", "2"]);
  for (const id of ["10", "a", "2", "b"]) {
    graph.removeDependency(id, "end");
    graph.addDependency("end", id);
  }
  deepStrictEqual(dependents(graph.raw, "end"), ["10", "a", "2", "b"]);
  deepStrictEqual(graph.topologicalOrder(), ["end", "10", "a", "2", "b"]);
});

Deno.test("topologicalOrder() interleaves unconnected parts by generation", () => {
  const graph = TaskGraph.fromTasks([task("X"), task("Y", "X"), task("P"), task("Q", "P")]);
  deepStrictEqual(graph.topologicalOrder(), ["X", "P", "Y", "Q"]);
  deepStrictEqual(new TaskGraph().topologicalOrder(), []);
});

Deno.test("topologicalOrder() holds every task once and respects every edge", () => {
  fc.assert(fc.property(acyclicEdges, (generated) => {
    const graph = graphOf(generated), order = graph.topologicalOrder();
    deepStrictEqual([...order].sort(), [...generated.ids].sort());
    const place = new Map(order.map((id, index) => [id, index]));
    graph.raw.forEachEdge((_edge, _attributes, source, target) => {
      ok((place.get(source) ?? NaN) < (place.get(target) ?? NaN), `${source} before ${target}`);
    });
  }));
});

Deno.test("order and groups are those of the graph library where it can give them", () => {
  // Its tables are plain objects: it moves numbers and trips over what objects inherit.
  const plain = acyclicEdges.filter(({ ids }) => ids.every((id) => /^[a-h]$/.test(id)));
  fc.assert(
    fc.property(plain, (generated) => {
      const graph = graphOf(generated);
      deepStrictEqual(graph.topologicalOrder(), topologicalSort(graph.raw));
      deepStrictEqual(parallelGroups(graph), topologicalGenerations(graph.raw));
    }),
    { numRuns: 60 },
  );
});

Deno.test("parallelGroups() puts every task in one group, after all it depends on", () => {
  fc.assert(fc.property(acyclicEdges, (generated) => {
    const graph = graphOf(generated), groups = parallelGroups(graph);
    deepStrictEqual(groups.flat(), graph.topologicalOrder());
    const level = new Map(groups.flatMap((ids, index) => ids.map((id) => [id, index])));
    for (const id of generated.ids) {
      const before = dependencies(graph.raw, id).map((from) => level.get(from) ?? NaN);
      strictEqual(level.get(id), before.length === 0 ? 0 : Math.max(...before) + 1);
    }
  }));
});

/** The recursive search that the contract describes. */
function findCyclesRecursively(graph: TaskGraph): string[][] {
  const done = new Set<string>(), path: string[] = [], cycles: string[][] = [];
  const visit = (id: string) => {
    path.push(id);
    for (const next of graph.dependents(id)) {
      if (path.includes(next)) cycles.push(path.slice(path.indexOf(next)));
      else if (!done.has(next)) visit(next);
    }
    path.pop();
    done.add(id);
  };
  for (const id of graph.raw.nodes()) if (!done.has(id)) visit(id);
  return cycles;
}

Deno.test("findCycles() is the recursive search, without recursion", () => {
  fc.assert(fc.property(anyEdges, (generated) => {
    const graph = graphOf(generated), cycles = findCycles(graph.raw);
    deepStrictEqual(cycles, findCyclesRecursively(graph));
    strictEqual(hasCycles(graph.raw), cycles.length > 0);
    for (const cycle of cycles) {
      cycle.forEach((id, index) => {
        ok(graph.raw.hasEdge(id, cycle[(index + 1) % cycle.length] ?? ""));
      });
    }
  }));
});

Deno.test("order-dependent questions to a cyclic graph throw what findCycles() finds", () => {
  fc.assert(fc.property(anyEdges, (generated) => {
    const graph = graphOf(generated);
    fc.pre(graph.hasCycles());
    for (const ask of [() => graph.topologicalOrder(), () => parallelGroups(graph)]) {
      throws(ask, (error) => {
        ok(error instanceof CircularDependencyError);
        deepStrictEqual(error.cycles, graph.findCycles());
        return true;
      });
    }
  }));
  strictEqual(cyclic().hasCycles(), true);
});

Deno.test("the graph keeps any id apart from any other, through export and removal", () => {
  fc.assert(fc.property(anyEdges, (generated) => {
    const graph = graphOf(generated);
    const copy = TaskGraph.fromJSON(JSON.parse(JSON.stringify(graph)));
    deepStrictEqual(copy.export(), graph.export());
    for (const [a, b] of generated.edges) {
      const from = generated.ids[a] ?? "", to = generated.ids[b] ?? "";
      strictEqual(copy.raw.hasEdge(from, to), true);
      copy.removeDependency(from, to);
      strictEqual(copy.raw.hasEdge(from, to), false);
    }
    for (const id of generated.ids) graph.removeTask(id);
    deepStrictEqual([copy.raw.size, graph.raw.order, graph.raw.size], [0, 0, 0]);
  }));
});

Deno.test("findCycles() of a graph that allows self-loops counts one only beside a real cycle", () => {
  const raw: TaskGraphInner = new DirectedGraph({ allowSelfLoops: true });
  for (const id of ["a", "b"]) raw.addNode(id, { name: id });
  raw.addEdge("a", "a");
  strictEqual(hasCycles(raw), true);
  deepStrictEqual(findCycles(raw), []);
  raw.addEdge("a", "b");
  raw.addEdge("b", "a");
  deepStrictEqual(findCycles(raw), [["a"], ["a", "b"]]);
});
