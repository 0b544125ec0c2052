import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import * as taskgraph from "./index.ts";
import {
  bottlenecks,
  calculateTaskEv,
  CircularDependencyError,
  criticalPath,
  parallelGroups,
  parseFrontmatter,
  riskPath,
  serializeFrontmatter,
  TaskGraph,
  workflowCost,
} from "./index.ts";
import { chain, cyclic, diamond } from "./test_graphs.ts";

function near(actual: number | undefined, expected: number): void {
  ok(Math.abs((actual ?? NaN) - expected) < 1e-12, `${actual} is not ${expected}`);
}

const ENTRY_NAMES = [
  "TaskGraph",
  "parallelGroups criticalPath weightedCriticalPath bottlenecks riskPath riskDistribution",
  "calculateTaskEv workflowCost shouldDecomposeTask",
  "scopeCostEstimate scopeTokenEstimate riskSuccessProbability riskWeight impactWeight",
  "resolveDefaults parseFrontmatter serializeFrontmatter parseTaskFile parseTaskDirectory",
  "TaskScopeEnum TaskRiskEnum TaskImpactEnum TaskLevelEnum TaskPriorityEnum TaskStatusEnum",
  "TaskInput DependencyEdge TaskGraphNodeAttributes TaskGraphEdgeAttributes TaskGraphSerialized",
  "RiskPathResult DecomposeResult WorkflowCostOptions WorkflowCostResult EvConfig EvResult",
  "RiskDistributionResult ResolvedTaskAttributes",
  "TaskgraphError TaskNotFoundError CircularDependencyError InvalidInputError",
  "DuplicateNodeError DuplicateEdgeError",
].join(" ").split(" ");

const EXTENSIONS =
  "parseTaskDocument serializeTaskDocument updateTaskDocument scanTaskDirectory bottleneckReport"
    .split(" ");

Deno.test("the entry has the 45 names of §10, those of §13, and no other", () => {
  strictEqual(ENTRY_NAMES.length, 45);
  deepStrictEqual(Object.keys(taskgraph).sort(), [...ENTRY_NAMES, ...EXTENSIONS].sort());
});

const MODULES: [path: string, names: string][] = [
  [
    "schema/enums",
    "Nullable TaskImpactEnum TaskLevelEnum TaskPriorityEnum TaskRiskEnum TaskScopeEnum " +
    "TaskStatusEnum",
  ],
  ["schema/task", "TaskInput DependencyEdge"],
  [
    "schema/graph",
    "TaskGraphNodeAttributes TaskGraphNodeAttributesUpdate TaskGraphEdgeAttributes " +
    "SerializedGraph TaskGraphSerialized",
  ],
  [
    "schema/results",
    "RiskPathResult DecomposeResult WorkflowCostOptions WorkflowCostResult EvConfig EvResult " +
    "RiskDistributionResult ResolvedTaskAttributes",
  ],
  ["schema/index", "Nullable TaskInput SerializedGraph TaskGraphSerialized EvConfig TaskRiskEnum"],
  [
    "error/index",
    "TaskgraphError TaskNotFoundError CircularDependencyError InvalidInputError " +
    "DuplicateNodeError DuplicateEdgeError",
  ],
  ["graph/construction", "TaskGraph"],
  [
    "graph/queries",
    "hasCycles findCycles topologicalOrder dependencies dependents taskCount getTask",
  ],
  ["graph/mutation", "removeTask removeDependency updateTask updateEdgeAttributes"],
  ["graph/validation", "validateSchema validateGraph validate"],
  [
    "graph/index",
    "TaskGraph hasCycles findCycles topologicalOrder dependencies dependents taskCount getTask " +
    "removeTask removeDependency updateTask updateEdgeAttributes validateSchema validateGraph " +
    "validate",
  ],
  ["analysis/critical-path", "criticalPath weightedCriticalPath"],
  ["analysis/bottleneck", "bottlenecks"],
  ["analysis/risk", "riskPath riskDistribution"],
  ["analysis/cost-benefit", "calculateTaskEv workflowCost computeEffectiveP"],
  ["analysis/decompose", "shouldDecomposeTask"],
  [
    "analysis/defaults",
    "scopeCostEstimate scopeTokenEstimate riskSuccessProbability riskWeight impactWeight " +
    "resolveDefaults",
  ],
  ["analysis/parallel-groups", "parallelGroups"],
  ["analysis/index", "criticalPath bottlenecks riskPath workflowCost resolveDefaults"],
  ["frontmatter/parse", "splitFrontmatter parseFrontmatter"],
  ["frontmatter/serialize", "serializeFrontmatter"],
  ["frontmatter/file-io", "parseTaskFile parseTaskDirectory"],
  [
    "frontmatter/index",
    "splitFrontmatter parseFrontmatter serializeFrontmatter parseTaskFile parseTaskDirectory",
  ],
];

const LOADED: Record<string, () => Promise<object>> = {
  "schema/enums": () => import("./schema/enums.ts"),
  "schema/task": () => import("./schema/task.ts"),
  "schema/graph": () => import("./schema/graph.ts"),
  "schema/results": () => import("./schema/results.ts"),
  "schema/index": () => import("./schema/index.ts"),
  "error/index": () => import("./error/index.ts"),
  "graph/construction": () => import("./graph/construction.ts"),
  "graph/queries": () => import("./graph/queries.ts"),
  "graph/mutation": () => import("./graph/mutation.ts"),
  "graph/validation": () => import("./graph/validation.ts"),
  "graph/index": () => import("./graph/index.ts"),
  "analysis/critical-path": () => import("./analysis/critical-path.ts"),
  "analysis/bottleneck": () => import("./analysis/bottleneck.ts"),
  "analysis/risk": () => import("./analysis/risk.ts"),
  "analysis/cost-benefit": () => import("./analysis/cost-benefit.ts"),
  "analysis/decompose": () => import("./analysis/decompose.ts"),
  "analysis/defaults": () => import("./analysis/defaults.ts"),
  "analysis/parallel-groups": () => import("./analysis/parallel-groups.ts"),
  "analysis/index": () => import("./analysis/index.ts"),
  "frontmatter/parse": () => import("./frontmatter/parse.ts"),
  "frontmatter/serialize": () => import("./frontmatter/serialize.ts"),
  "frontmatter/file-io": () => import("./frontmatter/file-io.ts"),
  "frontmatter/index": () => import("./frontmatter/index.ts"),
};

for (const [path, names] of MODULES) {
  Deno.test(`the module ${path} has the names of §1.1`, async () => {
    const module = await LOADED[path]?.() ?? {};
    deepStrictEqual(names.split(" ").filter((name) => !(name in module)), []);
  });
}

Deno.test("§11: bottlenecks of a chain are its inner tasks, in order", () => {
  deepStrictEqual(bottlenecks(chain()), [
    { taskId: "B", score: 2 * (1 / 6) },
    { taskId: "C", score: 2 * (1 / 6) },
    { taskId: "A", score: 0 },
    { taskId: "D", score: 0 },
  ]);
});

Deno.test("§11: bottlenecks of a diamond share what leads through it", () => {
  const scores = bottlenecks(diamond());
  deepStrictEqual(scores.map(({ taskId }) => taskId), ["B", "C", "A", "D"]);
  near(scores[0]?.score, 1 / 12);
  near(scores[1]?.score, 1 / 12);
  deepStrictEqual(scores.slice(2).map(({ score }) => score), [0, 0]);
});

Deno.test("§11: a diamond has one order, three groups, and a critical path through B", () => {
  deepStrictEqual(diamond().topologicalOrder(), ["A", "B", "C", "D"]);
  deepStrictEqual(parallelGroups(diamond()), [["A"], ["B", "C"], ["D"]]);
  deepStrictEqual(criticalPath(diamond()), ["A", "B", "D"]);
});

Deno.test("§11: the cost of a diamond of unassessed tasks", () => {
  const { tasks, totalEv } = workflowCost(diamond());
  const expected = [0.8, 0.784, 0.784, 0.765813248];
  expected.forEach((probability, index) => near(tasks[index]?.pEffective, probability));
  for (const { ev } of tasks) near(ev, 2);
  near(totalEv, 8);
});

Deno.test("§11: the risk path of a diamond", () => {
  const { path, totalRisk } = riskPath(diamond());
  deepStrictEqual(path, ["A", "B", "D"]);
  near(totalRisk, 0.6);
});

Deno.test("§11: a cycle is found from its first task and named in the error", () => {
  deepStrictEqual(cyclic().findCycles(), [["A", "B", "C"]]);
  throws(() => cyclic().topologicalOrder(), (error) => {
    ok(error instanceof CircularDependencyError);
    deepStrictEqual(error.cycles, [["A", "B", "C"]]);
    strictEqual(error.message, "Circular dependency detected: A → B → C");
    return true;
  });
});

const INHERITED = [
  { parent: "critical", retention: 0.9, child: 0.76 },
  { parent: "critical", retention: 0.5, child: 0.6 },
  { parent: "high", retention: 0.9, child: 0.772 },
] as const;

for (const { parent, retention, child } of INHERITED) {
  Deno.test(`§11: a medium task after a ${parent} one, with retention ${retention}`, () => {
    const graph = new TaskGraph();
    graph.addTask("p", { name: "p", risk: parent });
    graph.addTask("c", { name: "c", risk: "medium" });
    graph.addDependency("p", "c", retention);
    near(workflowCost(graph).tasks[1]?.pEffective, child);
  });
}

Deno.test("§11: the expected value of one task, without and with costs of failure", () => {
  const plain = calculateTaskEv(0.8, 3, 1.5);
  near(plain.ev, 4.5);
  near(plain.expectedRetries, 0.25);
  const config = { retries: 1, fallbackCost: 10, timeLost: 4, valueRate: 2 };
  deepStrictEqual(calculateTaskEv(0.5, 2, 1.5, config), {
    ev: 20,
    pSuccess: 0.5,
    expectedRetries: 1,
  });
});

Deno.test("§11: a prerequisite that is no task is exported as one", () => {
  deepStrictEqual(TaskGraph.fromTasks([{ id: "b", name: "B", dependsOn: ["z"] }]).export(), {
    attributes: {},
    options: { type: "directed", multi: false, allowSelfLoops: false },
    nodes: [{ key: "b", attributes: { name: "B" } }, { key: "z", attributes: { name: "z" } }],
    edges: [{ key: "z->b", source: "z", target: "b", attributes: { qualityRetention: 0.9 } }],
  });
});

Deno.test("§11: a serialised task", () => {
  const task = {
    id: "a",
    name: "A b",
    dependsOn: ["x", "y"],
    risk: null,
    tags: [],
    due: "2026-06-01",
  };
  const text = serializeFrontmatter(task, "Body");
  strictEqual(
    text,
    "---\nid: a\nname: A b\ndependsOn:\n  - x\n  - y\nrisk: null\ntags: []\n" +
      "due: 2026-06-01\n---\nBody",
  );
  deepStrictEqual(parseFrontmatter(text), task);
});
