import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import * as schema from "./index.ts";

const ENUMS: [name: keyof typeof schema, literals: string][] = [
  ["TaskScopeEnum", "single narrow moderate broad system"],
  ["TaskRiskEnum", "trivial low medium high critical"],
  ["TaskImpactEnum", "isolated component phase project"],
  ["TaskLevelEnum", "planning decomposition implementation review research"],
  ["TaskPriorityEnum", "low medium high critical"],
  ["TaskStatusEnum", "pending in-progress completed failed blocked"],
];

for (const [name, literals] of ENUMS) {
  Deno.test(`§2: ${name} lists its literals in ascending order`, () => {
    const { anyOf } = JSON.parse(JSON.stringify(schema[name]));
    deepStrictEqual(anyOf.map((member: { const: string }) => member.const), literals.split(" "));
  });
}

Deno.test("§2: Nullable() accepts null and refuses undefined", () => {
  const nullable = schema.Nullable(schema.TaskRiskEnum);
  ok(Value.Check(nullable, null) && Value.Check(nullable, "low"));
  ok(!Value.Check(nullable, undefined) && !Value.Check(nullable, "wild"));
});

const task = { id: "", name: "", dependsOn: [] };
const empty = {
  attributes: {},
  options: { type: "directed", multi: false, allowSelfLoops: false },
  nodes: [],
  edges: [],
};
const resolved = {
  name: "a",
  scope: "single",
  risk: "low",
  impact: "phase",
  level: null,
  priority: null,
  status: null,
  costEstimate: 1,
  tokenEstimate: 1,
  successProbability: 1,
  riskWeight: 0,
  impactWeight: 1,
};
const distribution = { trivial: [], low: [], medium: [], high: [], critical: [], unspecified: [] };

const ROWS: [name: string, schema: TSchema, accepted: unknown[], refused: unknown[]][] = [
  ["TaskInput", schema.TaskInput, [
    task,
    { ...task, status: null, tags: [], unknown: 1 },
    { ...task, status: "blocked", assignee: null, due: "x", created: null, modified: "y" },
  ], [
    { id: "a", name: "a" },
    { ...task, id: 1 },
    { ...task, tags: null },
    { ...task, risk: "wild" },
    { ...task, due: 1 },
    { ...task, dependsOn: [1] },
  ]],
  ["DependencyEdge", schema.DependencyEdge, [
    { from: "a", to: "b" },
    { from: "a", to: "b", qualityRetention: -7 },
  ], [{ from: "a" }, { from: "a", to: "b", qualityRetention: null }]],
  ["TaskGraphNodeAttributes", schema.TaskGraphNodeAttributes, [
    { name: "a" },
    { name: "a", risk: "low", anything: 1 },
  ], [{}, { name: "a", risk: null }]],
  ["TaskGraphNodeAttributesUpdate", schema.TaskGraphNodeAttributesUpdate, [{}, { risk: "low" }], [
    { name: 1 },
  ]],
  ["TaskGraphEdgeAttributes", schema.TaskGraphEdgeAttributes, [{}, { qualityRetention: 1 }], [
    { qualityRetention: null },
  ]],
  ["TaskGraphSerialized", schema.TaskGraphSerialized, [empty], [
    { ...empty, options: {} },
    { ...empty, options: { ...empty.options, multi: true } },
    { ...empty, nodes: [{ key: 1, attributes: { name: "a" } }] },
    { ...empty, edges: [{ key: "a", source: "a", target: "b" }] },
  ]],
  ["RiskPathResult", schema.RiskPathResult, [{ path: ["a"], totalRisk: 1 }], [{ path: [] }]],
  ["DecomposeResult", schema.DecomposeResult, [{ shouldDecompose: true, reasons: [] }], [{}]],
  ["WorkflowCostOptions", schema.WorkflowCostOptions, [
    {},
    {
      includeCompleted: true,
      limit: 1,
      propagationMode: "independent",
      defaultQualityRetention: 1,
      ev: { retries: 1 },
    },
  ], [{ propagationMode: "other" }, { limit: "1" }]],
  ["WorkflowCostResult", schema.WorkflowCostResult, [
    { tasks: [], totalEv: 0, averageEv: 0, propagationMode: "dag-propagate" },
  ], [{ tasks: [{}], totalEv: 0, averageEv: 0, propagationMode: "dag-propagate" }]],
  ["EvConfig", schema.EvConfig, [
    {},
    { retries: 1, fallbackCost: 1, timeLost: 1, valueRate: 1 },
  ], [{ retries: null }]],
  ["EvResult", schema.EvResult, [{ ev: 1, pSuccess: 1, expectedRetries: 0 }], [{ ev: 1 }]],
  ["RiskDistributionResult", schema.RiskDistributionResult, [distribution], [
    { ...distribution, low: undefined },
  ]],
  ["ResolvedTaskAttributes", schema.ResolvedTaskAttributes, [resolved], [
    { ...resolved, risk: null },
  ]],
];

for (const [name, checked, accepted, refused] of ROWS) {
  Deno.test(`§3: ${name} accepts what it should, unknown keys too, and nothing else`, () => {
    for (const value of accepted) strictEqual(Value.Check(checked, value), true);
    for (const value of refused) strictEqual(Value.Check(checked, value), false);
  });
}

Deno.test("§3.3: a node declares nothing but what analysis needs", () => {
  deepStrictEqual(
    Object.keys(schema.TaskGraphNodeAttributes.properties),
    ["name", "scope", "risk", "impact", "level", "priority", "status"],
  );
});

Deno.test("§3.3: SerializedGraph() takes any schema for the graph's own attributes", () => {
  const titled = schema.SerializedGraph(
    schema.TaskGraphNodeAttributes,
    schema.TaskGraphEdgeAttributes,
    Type.Object({ title: Type.String() }),
  );
  ok(!Value.Check(titled, empty));
  ok(Value.Check(titled, { ...empty, attributes: { title: "x" } }));
});

Deno.test("§3: defaults are annotated, not enforced", () => {
  strictEqual(schema.DependencyEdge.properties.qualityRetention.default, 0.9);
  for (const property of Object.values(schema.EvConfig.properties)) {
    strictEqual(property.default, 0);
  }
});
