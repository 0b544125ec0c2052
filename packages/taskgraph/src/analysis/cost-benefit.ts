/**
 * What tasks cost, given that each may fail and that failure is passed on.
 *
 * @module
 */
import { DEFAULT_QUALITY_RETENTION } from "../graph/build.ts";
import type { TaskGraph, TaskGraphInner } from "../graph/construction.ts";
import { topologicalOrder } from "../graph/queries.ts";
import type {
  EvConfig,
  EvResult,
  WorkflowCostOptions,
  WorkflowCostResult,
} from "../schema/results.ts";
import { resolveDefaults } from "./defaults.ts";

/** Gives the expected value of a task that succeeds with probability `probability`. */
export function calculateTaskEv(
  probability: number,
  scopeCost: number,
  impactWeight: number,
  config: EvConfig = {},
): EvResult {
  const { retries = 0, fallbackCost = 0, timeLost = 0, valueRate = 0 } = config;
  let expectedRetries = probability > 0 ? (1 - probability) / probability : 0;
  if (retries > 0 && expectedRetries > retries) expectedRetries = retries;
  const costOfSuccess = scopeCost * impactWeight;
  const costOfFailure = scopeCost * impactWeight + fallbackCost + timeLost * expectedRetries;
  let ev = probability * costOfSuccess + (1 - probability) * costOfFailure;
  if (valueRate !== 0) ev *= valueRate;
  return { ev, pSuccess: probability, expectedRetries };
}

/**
 * Gives a task's probability to succeed once that of its prerequisites is counted in.
 *
 * A prerequisite with probability P, over an edge with retention q, contributes P + (1 − P)·q.
 */
export function computeEffectiveP(
  taskId: string,
  raw: TaskGraphInner,
  upstream: ReadonlyMap<string, number>,
  defaultQualityRetention: number,
  mode: WorkflowCostResult["propagationMode"],
  pIntrinsic: number,
): number {
  if (mode === "independent") return pIntrinsic;
  let inherited = 1;
  raw.forEachInEdge(taskId, (_edge, attributes, prerequisite) => {
    const { qualityRetention: retained = defaultQualityRetention } = attributes;
    const probability = upstream.get(prerequisite);
    if (probability !== undefined) inherited *= probability + (1 - probability) * retained;
  });
  return pIntrinsic * inherited;
}

/**
 * Counts the cost of a workflow, task by task in topological order.
 *
 * @throws {CircularDependencyError} if there is a cycle.
 */
export function workflowCost(
  graph: TaskGraph,
  options: WorkflowCostOptions = {},
): WorkflowCostResult {
  const { includeCompleted = false, propagationMode = "dag-propagate", limit } = options;
  const { defaultQualityRetention = DEFAULT_QUALITY_RETENTION } = options;
  const upstream = new Map<string, number>();
  const entries: WorkflowCostResult["tasks"] = [];
  for (const taskId of topologicalOrder(graph.raw)) {
    const task = resolveDefaults(graph.raw.getNodeAttributes(taskId));
    const { name, costEstimate, impactWeight, successProbability: pIntrinsic } = task;
    const pEffective = computeEffectiveP(
      taskId,
      graph.raw,
      upstream,
      defaultQualityRetention,
      propagationMode,
      pIntrinsic,
    );
    const finished = task.status === "completed" && !includeCompleted;
    // What is done cannot fail any more.
    upstream.set(taskId, finished ? 1 : pEffective);
    if (finished) continue;
    const { ev } = calculateTaskEv(pEffective, costEstimate, impactWeight, options.ev);
    const probability = pEffective, scopeCost = costEstimate;
    entries.push({
      taskId,
      name,
      ev,
      pIntrinsic,
      pEffective,
      probability,
      scopeCost,
      impactWeight,
    });
  }
  const tasks = limit === undefined ? entries : entries.slice(0, limit);
  const totalEv = tasks.reduce((sum, { ev }) => sum + ev, 0);
  const averageEv = tasks.length === 0 ? 0 : totalEv / tasks.length;
  return { tasks, totalEv, averageEv, propagationMode };
}
