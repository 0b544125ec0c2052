/**
 * What the categories are worth in numbers, and what stands in for those never assessed.
 *
 * @module
 */
import type { TaskImpact, TaskRisk, TaskScope } from "../schema/enums.ts";
import type { TaskGraphNodeAttributes } from "../schema/graph.ts";
import type { ResolvedTaskAttributes } from "../schema/results.ts";

const SCOPE_COST = table({ single: 1, narrow: 2, moderate: 3, broad: 4, system: 5 });
const SCOPE_TOKENS = table({
  single: 500,
  narrow: 1500,
  moderate: 3000,
  broad: 6000,
  system: 10000,
});
const RISK_SUCCESS = table({ trivial: 0.98, low: 0.9, medium: 0.8, high: 0.65, critical: 0.5 });
const IMPACT_WEIGHT = table({ isolated: 1, component: 1.5, phase: 2, project: 3 });

const DEFAULT_SCOPE: TaskScope = "narrow";
/** The risk of a task that was never assessed. */
export const DEFAULT_RISK: TaskRisk = "medium";
/** The impact of a task that was never assessed. */
export const DEFAULT_IMPACT: TaskImpact = "isolated";

/** Gives the relative cost of a scope, from 1 to 5. */
export function scopeCostEstimate(scope: TaskScope): number {
  return SCOPE_COST[scope];
}

/** Gives the tokens a task of this scope is likely to need. */
export function scopeTokenEstimate(scope: TaskScope): number {
  return SCOPE_TOKENS[scope];
}

/** Gives the probability that a task of this risk succeeds. */
export function riskSuccessProbability(risk: TaskRisk): number {
  return RISK_SUCCESS[risk];
}

/** Gives the probability that a task of this risk fails. */
export function riskWeight(risk: TaskRisk): number {
  return 1 - riskSuccessProbability(risk);
}

/** Gives how much the failure of a task of this impact weighs. */
export function impactWeight(impact: TaskImpact): number {
  return IMPACT_WEIGHT[impact];
}

/** Attributes of which any may be missing or left empty. */
export type UnresolvedTaskAttributes =
  & { readonly name: string }
  & {
    readonly [Key in Exclude<keyof TaskGraphNodeAttributes, "name">]?:
      | TaskGraphNodeAttributes[Key]
      | null
      | undefined;
  };

/** Puts defaults in place of what was never assessed, and adds the numbers. */
export function resolveDefaults(attributes: UnresolvedTaskAttributes): ResolvedTaskAttributes {
  const scope = attributes.scope ?? DEFAULT_SCOPE;
  const risk = attributes.risk ?? DEFAULT_RISK;
  const impact = attributes.impact ?? DEFAULT_IMPACT;
  return {
    name: attributes.name,
    scope,
    risk,
    impact,
    level: attributes.level ?? null,
    priority: attributes.priority ?? null,
    status: attributes.status ?? null,
    costEstimate: scopeCostEstimate(scope),
    tokenEstimate: scopeTokenEstimate(scope),
    successProbability: riskSuccessProbability(risk),
    riskWeight: riskWeight(risk),
    impactWeight: impactWeight(impact),
  };
}

/** A table in which an unknown word is `undefined`, `constructor` too. */
function table<Word extends string>(entries: Record<Word, number>): Readonly<Record<Word, number>> {
  return Object.freeze(Object.assign(Object.create(null), entries));
}
