import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import {
  bottleneckReport,
  CircularDependencyError,
  criticalPath,
  parallelGroups,
  riskDistribution,
  riskPath,
  TaskGraph,
  workflowCost,
} from "./index.ts";
import { longChain } from "./test_graphs.ts";

const LENGTH = 100_000;

Deno.test("a chain of 100 000 tasks is no deeper than any function can go", () => {
  const graph = longChain(LENGTH);
  strictEqual(graph.hasCycles(), false);
  deepStrictEqual(graph.findCycles(), []);
  deepStrictEqual(graph.topologicalOrder(), graph.raw.nodes());
  strictEqual(parallelGroups(graph).length, LENGTH);
  strictEqual(criticalPath(graph).length, LENGTH);
  strictEqual(riskPath(graph).path.length, LENGTH);
  strictEqual(riskDistribution(graph).unspecified.length, LENGTH);
  strictEqual(workflowCost(graph).tasks.length, LENGTH);
  strictEqual(bottleneckReport(graph, { samples: 4 }).method, "sampled");
  deepStrictEqual(graph.validate(), []);
  strictEqual(TaskGraph.fromJSON(graph.export()).taskCount(), LENGTH);
  strictEqual(graph.subgraph(() => true).raw.size, LENGTH - 1);
});

Deno.test("a cycle of 100 000 tasks is found and named", () => {
  const graph = longChain(LENGTH);
  graph.addDependency(`t${LENGTH - 1}`, "t0");
  const cycles = graph.findCycles();
  strictEqual(cycles.length, 1);
  deepStrictEqual(cycles[0], graph.raw.nodes());
  throws(() => graph.topologicalOrder(), CircularDependencyError);
});

Deno.test("the error for more cycles than a string can name lists the first and counts the rest", () => {
  const cycle = Array.from({ length: 10_000 }, (_, i) => `task-${i}`);
  const error = new CircularDependencyError(Array.from({ length: 10_000 }, () => cycle));
  strictEqual(error.cycles.length, 10_000);
  const listed = cycle.join(" → ");
  const count = Math.floor(1_000_000 / listed.length);
  const expected = Array.from({ length: count }, () => listed).join("; ");
  strictEqual(
    error.message,
    `Circular dependency detected: ${expected}; and ${10_000 - count} more`,
  );
});

Deno.test("the error for one huge cycle names all of it", () => {
  const cycle = Array.from({ length: 100_000 }, (_, i) => `task-number-${i}`);
  const error = new CircularDependencyError([cycle]);
  strictEqual(error.message, `Circular dependency detected: ${cycle.join(" → ")}`);
});
