import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { CircularDependencyError } from "../error/index.ts";
import { TaskGraph } from "../graph/construction.ts";
import { acyclicEdges, cyclic, diamond, graphOf, task } from "../test_graphs.ts";
import { criticalPath, weightedCriticalPath } from "./critical-path.ts";

Deno.test("a critical path of nothing is nothing, of one task that task", () => {
  deepStrictEqual(criticalPath(new TaskGraph()), []);
  deepStrictEqual(criticalPath(TaskGraph.fromTasks([task("a")])), ["a"]);
});

Deno.test("a cyclic graph has no critical path", () => {
  throws(() => criticalPath(cyclic()), CircularDependencyError);
});

Deno.test("weightedCriticalPath() follows weight, not length", () => {
  const graph = TaskGraph.fromTasks([
    task("heavy"),
    task("a"),
    task("b", "a"),
    task("end", "b", "heavy"),
  ]);
  deepStrictEqual(criticalPath(graph), ["a", "b", "end"]);
  const weights = new Map([["heavy", 9]]);
  deepStrictEqual(weightedCriticalPath(graph, (id) => weights.get(id) ?? 1), ["heavy", "end"]);
});

Deno.test("weightedCriticalPath() asks for each weight once, with id and attributes", () => {
  const asked: string[] = [];
  weightedCriticalPath(diamond(), (id, { name }) => {
    strictEqual(name, id);
    asked.push(id);
    return 1;
  });
  deepStrictEqual(asked.sort(), ["A", "B", "C", "D"]);
});

Deno.test("weightedCriticalPath() without any weight is the first source alone", () => {
  deepStrictEqual(weightedCriticalPath(diamond(), () => 0), ["A"]);
});

Deno.test("criticalPath() ignores further arguments", () => {
  const withExtra: (graph: TaskGraph, weigh: () => number) => string[] = criticalPath;
  deepStrictEqual(withExtra(diamond(), () => 0), ["A", "B", "D"]);
});

/** The weight of the heaviest chain that ends at `id`, by trying all. */
function heaviest(graph: TaskGraph, id: string, weigh: (id: string) => number): number {
  const before = graph.dependencies(id).map((from) => heaviest(graph, from, weigh));
  return weigh(id) + Math.max(0, ...before);
}

Deno.test("weightedCriticalPath() is a chain, and none weighs more", () => {
  fc.assert(fc.property(acyclicEdges, fc.array(fc.nat(9), { minLength: 10 }), (generated, nats) => {
    const graph = graphOf(generated);
    const weigh = (id: string) => (nats[generated.ids.indexOf(id)] ?? 0) + 1;
    const path = weightedCriticalPath(graph, weigh);
    path.slice(1).forEach((id, index) => ok(graph.raw.hasEdge(path[index] ?? "", id)));
    const total = path.reduce((sum, id) => sum + weigh(id), 0);
    strictEqual(total, Math.max(...generated.ids.map((id) => heaviest(graph, id, weigh))));
  }));
});
