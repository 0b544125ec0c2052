import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { CircularDependencyError } from "../error/index.ts";
import { TaskGraph } from "../graph/construction.ts";
import type { TaskGraphNodeAttributes } from "../schema/graph.ts";
import { cyclic, task } from "../test_graphs.ts";
import { shouldDecomposeTask } from "./decompose.ts";
import { riskDistribution, riskPath } from "./risk.ts";

Deno.test("riskPath() of nothing is nothing, of a cycle an error", () => {
  deepStrictEqual(riskPath(new TaskGraph()), { path: [], totalRisk: 0 });
  throws(() => riskPath(cyclic()), CircularDependencyError);
});

Deno.test("riskPath() weighs a task by its probability to fail times its impact", () => {
  const graph = TaskGraph.fromTasks([
    { ...task("grave"), risk: "high", impact: "project" },
    { ...task("likely"), risk: "critical" },
    task("end", "grave", "likely"),
  ]);
  const { path, totalRisk } = riskPath(graph);
  deepStrictEqual(path, ["grave", "end"]);
  ok(Math.abs(totalRisk - (0.35 * 3 + 0.2)) < 1e-12);
});

Deno.test("riskDistribution() puts each task in one bucket, cycles or not", () => {
  const graph = cyclic();
  graph.updateTask("B", { risk: "critical" });
  graph.updateTask("D", { risk: "low" });
  // A caller in JavaScript can pass anything.
  const odd = { name: "x", risk: "constructor" } as unknown as TaskGraphNodeAttributes;
  graph.addTask("x", odd);
  graph.addTask("y", { name: "y", risk: null } as unknown as TaskGraphNodeAttributes);
  deepStrictEqual(riskDistribution(graph), {
    trivial: [],
    low: ["D"],
    medium: [],
    high: [],
    critical: ["B"],
    unspecified: ["A", "C", "x", "y"],
  });
});

const DECOMPOSED = [
  [{}, []],
  [{ risk: "medium", scope: "moderate" }, []],
  [{ risk: "high" }, ["risk: high — failure probability 0.35"]],
  [{ risk: "critical", scope: "single" }, ["risk: critical — failure probability 0.50"]],
  [{ scope: "broad" }, ["scope: broad — cost estimate 4.0"]],
  [{ risk: "high", scope: "system" }, [
    "risk: high — failure probability 0.35",
    "scope: system — cost estimate 5.0",
  ]],
] as const;

for (const [attributes, reasons] of DECOMPOSED) {
  Deno.test(`shouldDecomposeTask() gives ${reasons.length} reasons for ${JSON.stringify(attributes)}`, () => {
    const result = shouldDecomposeTask({ name: "a", ...attributes });
    deepStrictEqual(result.reasons, [...reasons]);
    strictEqual(result.shouldDecompose, reasons.length > 0);
  });
}
