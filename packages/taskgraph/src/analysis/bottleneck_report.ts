/**
 * Bottlenecks of graphs too large for an exact answer.
 *
 * @module
 */
import type { TaskGraph } from "../graph/construction.ts";
import { indexGraph } from "../graph/indexed_graph.ts";
import { type BottleneckResult, rankBetweenness } from "./bottleneck.ts";
import { accumulateBetweenness } from "./brandes.ts";
import { sampleWithoutRepeats } from "./sample.ts";

/** Nodes times edges up to which `auto` is exact. */
const EXACT_WORK = 2e7;

/** How bottlenecks are sought. */
export interface BottleneckReportOptions {
  /** `auto` is exact while nodes × edges is at most 2·10⁷, and sampled beyond. */
  readonly method?: "auto" | "exact" | "sampled";
  /** Sources of a sampled answer; as many as there are nodes is the exact answer. */
  readonly samples?: number;
  /** Chooses the sources; the same seed and graph give the same answer everywhere. */
  readonly seed?: number;
}

/** Bottlenecks, and how they were found. */
export interface BottleneckReport {
  /** `sampled` scores are estimates. */
  readonly method: "exact" | "sampled";
  /** Sources from which chains were followed; all nodes, for an exact answer. */
  readonly samples: number;
  /** Nodes in the graph. */
  readonly nodes: number;
  /** Every task, the highest score first. */
  readonly results: BottleneckResult[];
}

/**
 * Scores every task by betweenness, exactly or from a sample of sources, and says which.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { bottleneckReport, TaskGraph } from "@alkdev/taskgraph";
 *
 * const graph = new TaskGraph();
 * for (const id of ["a", "b", "c"]) graph.addTask(id, { name: id });
 * graph.addDependency("a", "b");
 * graph.addDependency("b", "c");
 * const report = bottleneckReport(graph);
 * strictEqual(report.method, "exact");
 * strictEqual(report.results[0]?.taskId, "b");
 * ```
 *
 * @throws {RangeError} if `samples` is no positive whole number or `seed` no whole number.
 */
export function bottleneckReport(
  graph: TaskGraph,
  options: BottleneckReportOptions = {},
): BottleneckReport {
  const { method = "auto", samples = 256, seed = 1 } = options;
  if (!Number.isSafeInteger(samples) || samples < 1) {
    throw new RangeError(`Cannot sample ${samples} sources: give a positive whole number`);
  }
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`Cannot sample with seed ${seed}: give a whole number`);
  }
  const indexed = indexGraph(graph.raw), nodes = indexed.ids.length;
  const affordable = nodes * indexed.outTo.length <= EXACT_WORK;
  if (method === "exact" || samples >= nodes || (method === "auto" && affordable)) {
    const sums = accumulateBetweenness(indexed, indexed.ids.keys());
    return { method: "exact", samples: nodes, nodes, results: rankBetweenness(indexed, sums) };
  }
  const sources = sampleWithoutRepeats(nodes, samples, seed);
  const sums = accumulateBetweenness(indexed, sources);
  const estimates = sums.map((sum) => sum * (nodes / samples));
  return { method: "sampled", samples, nodes, results: rankBetweenness(indexed, estimates) };
}
