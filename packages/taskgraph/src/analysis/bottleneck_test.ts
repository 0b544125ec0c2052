import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { betweenness } from "graphology-metrics/centrality/index.js";
import { TaskGraph } from "../graph/construction.ts";
import { anyEdges, chain, cyclic, graphOf, task } from "../test_graphs.ts";
import { bottlenecks } from "./bottleneck.ts";
import { bottleneckReport } from "./bottleneck_report.ts";

Deno.test("bottlenecks() of nothing is nothing, of one or two tasks zero", () => {
  deepStrictEqual(bottlenecks(new TaskGraph()), []);
  deepStrictEqual(bottlenecks(TaskGraph.fromTasks([task("b", "a")])), [
    { taskId: "b", score: 0 },
    { taskId: "a", score: 0 },
  ]);
});

Deno.test("bottlenecks() works on cyclic graphs and lists every task", () => {
  strictEqual(bottlenecks(cyclic()).length, 4);
});

Deno.test("bottlenecks() gives the graph library's scores to the last bit, sorted", () => {
  const plain = anyEdges.filter(({ ids }) => ids.every((id) => /^[a-h]$/.test(id)));
  fc.assert(
    fc.property(plain, (generated) => {
      const graph = graphOf(generated);
      const scores = betweenness(graph.raw, { getEdgeWeight: null });
      const expected = generated.ids.map((taskId) => ({ taskId, score: scores[taskId] ?? NaN }))
        .sort((a, b) => b.score - a.score);
      deepStrictEqual(bottlenecks(graph), expected);
    }),
    { numRuns: 60 },
  );
});

/** Layers of `width` tasks, each depending on all of the layer before. */
function layers(depth: number, width: number): TaskGraph {
  const graph = new TaskGraph();
  for (let layer = 0; layer < depth; layer++) {
    for (let i = 0; i < width; i++) {
      graph.addTask(`${layer}.${i}`, { name: "" });
      for (let j = 0; layer > 0 && j < width; j++) {
        graph.addDependency(`${layer - 1}.${j}`, `${layer}.${i}`);
      }
    }
  }
  return graph;
}

Deno.test("bottlenecks() stays exact where more paths lead than a number can count", () => {
  const depth = 700, width = 3, nodes = depth * width;
  // 3 to the 698th is beyond a double; by symmetry a layer shares the paths that cross it evenly.
  for (const { taskId, score } of bottlenecks(layers(depth, width))) {
    const layer = Number(taskId.split(".")[0]);
    const crossing = layer * width * (depth - 1 - layer) * width / width;
    const expected = crossing / ((nodes - 1) * (nodes - 2));
    ok(Math.abs(score - expected) <= 1e-9 * (expected + 1e-9), `${taskId}: ${score} ${expected}`);
  }
});

Deno.test("bottleneckReport() is exact while that is affordable, and says so", () => {
  const report = bottleneckReport(chain());
  deepStrictEqual(report, { method: "exact", samples: 4, nodes: 4, results: bottlenecks(chain()) });
  deepStrictEqual(bottleneckReport(new TaskGraph()), {
    method: "exact",
    samples: 0,
    nodes: 0,
    results: [],
  });
});

Deno.test("bottleneckReport() samples beyond 2·10⁷ nodes × edges", () => {
  const graph = layers(100, 30), nodes = 3000;
  ok(nodes * graph.raw.size > 2e7);
  const report = bottleneckReport(graph, { samples: 20 });
  deepStrictEqual([report.method, report.samples, report.nodes], ["sampled", 20, nodes]);
  strictEqual(report.results.length, nodes);
});

Deno.test("bottleneckReport() with a sample of all sources is the exact answer", () => {
  const graph = layers(5, 4);
  const all = bottleneckReport(graph, { method: "sampled", samples: 20 });
  deepStrictEqual([all.method, all.samples], ["exact", 20]);
  deepStrictEqual(all.results, bottlenecks(graph));
});

Deno.test("bottleneckReport() gives the same estimate for a seed, another for another", () => {
  const graph = layers(12, 4);
  const sample = (seed: number) => bottleneckReport(graph, { method: "sampled", samples: 5, seed });
  deepStrictEqual(sample(7), sample(7));
  ok(JSON.stringify(sample(7)) !== JSON.stringify(sample(8)));
});

Deno.test("bottleneckReport() estimates without bias: over many seeds it is the exact score", () => {
  const graph = layers(6, 3), exact = new Map<string, number>();
  for (const { taskId, score } of bottlenecks(graph)) exact.set(taskId, score);
  const sums = new Map<string, number>(), runs = 2000;
  for (let seed = 0; seed < runs; seed++) {
    const report = bottleneckReport(graph, { method: "sampled", samples: 4, seed });
    for (const { taskId, score } of report.results) {
      sums.set(taskId, (sums.get(taskId) ?? 0) + score);
    }
  }
  for (const [taskId, score] of exact) {
    const mean = (sums.get(taskId) ?? NaN) / runs;
    ok(Math.abs(mean - score) <= 0.05 * score, `${taskId}: ${mean} is far from ${score}`);
  }
});

for (const options of [{ samples: 0 }, { samples: 1.5 }, { samples: NaN }, { seed: 0.5 }]) {
  Deno.test(`bottleneckReport() refuses ${JSON.stringify(options)}`, () => {
    throws(() => bottleneckReport(chain(), options), RangeError);
  });
}
