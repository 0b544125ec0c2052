import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { CircularDependencyError } from "../error/index.ts";
import { TaskGraph } from "../graph/construction.ts";
import { chain, cyclic, task } from "../test_graphs.ts";
import { calculateTaskEv, computeEffectiveP, workflowCost } from "./cost-benefit.ts";

function near(actual: number | undefined, expected: number): void {
  ok(Math.abs((actual ?? NaN) - expected) < 1e-12, `${actual} is not ${expected}`);
}

Deno.test("calculateTaskEv() of a hopeless task expects no retries", () => {
  deepStrictEqual(calculateTaskEv(0, 2, 3), { ev: 6, pSuccess: 0, expectedRetries: 0 });
});

Deno.test("calculateTaskEv() caps retries only where some are allowed", () => {
  near(calculateTaskEv(0.1, 1, 1).expectedRetries, 9);
  near(calculateTaskEv(0.1, 1, 1, { retries: 3 }).expectedRetries, 3);
  near(calculateTaskEv(0.5, 1, 1, { retries: 3 }).expectedRetries, 1);
});

Deno.test("calculateTaskEv() counts what failure costs, times a rate that is not zero", () => {
  near(calculateTaskEv(0.5, 2, 2, { fallbackCost: 4, timeLost: 2 }).ev, 0.5 * 4 + 0.5 * 10);
  near(calculateTaskEv(0.5, 2, 2, { valueRate: 3 }).ev, 12);
});

const FACTORS: [mode: "independent" | "dag-propagate", retention: number, expected: number][] = [
  ["independent", 0, 0.8],
  ["dag-propagate", 1, 0.8],
  ["dag-propagate", 0, 0.4],
  ["dag-propagate", 0.5, 0.6],
];

for (const [mode, qualityRetention, expected] of FACTORS) {
  Deno.test(`§6: ${mode} with retention ${qualityRetention} after P = 0.5 gives ${expected}`, () => {
    const { raw } = TaskGraph.fromRecords([task("p"), task("c")], [
      { from: "p", to: "c", qualityRetention },
    ]);
    near(computeEffectiveP("c", raw, new Map([["p", 0.5]]), 0.9, mode, 0.8), expected);
  });
}

Deno.test("§6: computeEffectiveP() skips prerequisites that have no probability yet", () => {
  const { raw } = chain();
  strictEqual(computeEffectiveP("B", raw, new Map(), 0.9, "dag-propagate", 0.8), 0.8);
  strictEqual(computeEffectiveP("A", raw, new Map(), 0.9, "dag-propagate", 0.8), 0.8);
});

Deno.test("§6: an edge without retention has the default", () => {
  const graph = chain();
  graph.raw.removeEdgeAttribute("A->B", "qualityRetention");
  near(computeEffectiveP("B", graph.raw, new Map([["A", 0.5]]), 0.2, "dag-propagate", 1), 0.6);
  const { tasks } = workflowCost(graph, { defaultQualityRetention: 0 });
  near(tasks[1]?.pEffective, 0.8 * 0.8);
});

function withCompleted(): TaskGraph {
  return TaskGraph.fromTasks([
    { ...task("done"), status: "completed", risk: "critical" },
    { ...task("next", "done"), status: "failed" },
    { ...task("last", "next"), status: "blocked" },
  ]);
}

Deno.test("workflowCost() leaves completed tasks out, and they cannot fail any more", () => {
  const { tasks, propagationMode } = workflowCost(withCompleted());
  strictEqual(propagationMode, "dag-propagate");
  deepStrictEqual(tasks.map(({ taskId }) => taskId), ["next", "last"]);
  near(tasks[0]?.pEffective, 0.8);
});

Deno.test("workflowCost() with completed tasks counts their risk on", () => {
  const { tasks } = workflowCost(withCompleted(), { includeCompleted: true });
  deepStrictEqual(tasks.map(({ taskId }) => taskId), ["done", "next", "last"]);
  near(tasks[1]?.pEffective, 0.8 * (0.5 + 0.5 * 0.9));
});

Deno.test("workflowCost() in independent mode ignores prerequisites", () => {
  const { tasks, propagationMode } = workflowCost(chain(), { propagationMode: "independent" });
  strictEqual(propagationMode, "independent");
  for (const { pEffective, pIntrinsic, probability } of tasks) {
    deepStrictEqual([pEffective, probability], [pIntrinsic, pIntrinsic]);
  }
});

Deno.test("workflowCost() sums up what the limit leaves, and computes as without it", () => {
  const whole = workflowCost(chain()), first = workflowCost(chain(), { limit: 3 });
  deepStrictEqual(first.tasks, whole.tasks.slice(0, 3));
  near(first.totalEv, 6);
  near(first.averageEv, 2);
  const { tasks, totalEv, averageEv } = workflowCost(chain(), { limit: 0 });
  deepStrictEqual({ tasks, totalEv, averageEv }, { tasks: [], totalEv: 0, averageEv: 0 });
});

Deno.test("workflowCost() entries say what the numbers come from", () => {
  const graph = TaskGraph.fromTasks([
    { ...task("a"), name: "A", scope: "broad", risk: "low", impact: "phase" },
  ]);
  deepStrictEqual(workflowCost(graph).tasks, [{
    taskId: "a",
    name: "A",
    ev: 8,
    pIntrinsic: 0.9,
    pEffective: 0.9,
    probability: 0.9,
    scopeCost: 4,
    impactWeight: 2,
  }]);
});

Deno.test("workflowCost() hands costs of failure on to every task", () => {
  const { tasks } = workflowCost(chain(), { ev: { fallbackCost: 10 } });
  for (const { ev, pEffective } of tasks) near(ev, 2 + (1 - pEffective) * 10);
});

Deno.test("workflowCost() of a cycle is an error", () => {
  throws(() => workflowCost(cyclic()), CircularDependencyError);
});
