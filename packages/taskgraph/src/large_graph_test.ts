import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
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

Deno.test("cost grows with the size of the graph, not with its square", () => {
  const timed = (length: number): number => {
    const graph = longChain(length);
    let best = Infinity;
    for (let run = 0; run < 5; run++) {
      const start = performance.now();
      parallelGroups(graph);
      criticalPath(graph);
      graph.findCycles();
      best = Math.min(best, performance.now() - start);
    }
    return best;
  };
  timed(2_000);
  const small = timed(5_000), large = timed(50_000);
  // Ten times the size; a quadratic step would cost a hundred times as much.
  ok(large < Math.max(small, 1) * 50, `${small} ms for 5 000, ${large} ms for 50 000`);
});
