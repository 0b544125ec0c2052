import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { TaskScope } from "../schema/enums.ts";
import {
  impactWeight,
  resolveDefaults,
  riskSuccessProbability,
  riskWeight,
  scopeCostEstimate,
  scopeTokenEstimate,
} from "./defaults.ts";

const SCOPES = [
  ["single", 1, 500],
  ["narrow", 2, 1500],
  ["moderate", 3, 3000],
  ["broad", 4, 6000],
  ["system", 5, 10000],
] as const;
const RISKS = [
  ["trivial", 0.98],
  ["low", 0.9],
  ["medium", 0.8],
  ["high", 0.65],
  ["critical", 0.5],
] as const;
const IMPACTS = [["isolated", 1], ["component", 1.5], ["phase", 2], ["project", 3]] as const;

for (const [scope, cost, tokens] of SCOPES) {
  Deno.test(`§2: the scope ${scope} costs ${cost} and ${tokens} tokens`, () => {
    deepStrictEqual([scopeCostEstimate(scope), scopeTokenEstimate(scope)], [cost, tokens]);
  });
}

for (const [risk, success] of RISKS) {
  Deno.test(`§2: the risk ${risk} succeeds with ${success} and weighs the rest`, () => {
    deepStrictEqual([riskSuccessProbability(risk), riskWeight(risk)], [success, 1 - success]);
  });
}

for (const [impact, weight] of IMPACTS) {
  Deno.test(`§2: the impact ${impact} weighs ${weight}`, () => {
    strictEqual(impactWeight(impact), weight);
  });
}

Deno.test("an unknown word has no number, whatever objects inherit", () => {
  for (const word of ["wild", "constructor", "__proto__"]) {
    // A caller in JavaScript can pass anything.
    strictEqual(scopeCostEstimate(word as TaskScope), undefined);
  }
  ok(Number.isNaN(riskWeight("wild" as "low")));
});

const UNASSESSED = {
  name: "a",
  scope: "narrow",
  risk: "medium",
  impact: "isolated",
  level: null,
  priority: null,
  status: null,
  costEstimate: 2,
  tokenEstimate: 1500,
  successProbability: 0.8,
  riskWeight: 1 - 0.8,
  impactWeight: 1,
};

Deno.test("resolveDefaults() takes undefined and null for unassessed", () => {
  deepStrictEqual(resolveDefaults({ name: "a" }), UNASSESSED);
  deepStrictEqual(resolveDefaults({ name: "a", risk: null, scope: undefined }), UNASSESSED);
});

Deno.test("resolveDefaults() keeps what was assessed", () => {
  const resolved = resolveDefaults({
    name: "a",
    scope: "system",
    risk: "trivial",
    impact: "project",
    level: "review",
    priority: "high",
    status: "failed",
  });
  deepStrictEqual(
    [resolved.scope, resolved.level, resolved.priority, resolved.status, resolved.costEstimate],
    ["system", "review", "high", "failed", 5],
  );
  deepStrictEqual([resolved.tokenEstimate, resolved.impactWeight], [10000, 3]);
});
