import type { CallObserver } from "@alkdev/operations";
import type { Metrics } from "../metrics/mod.ts";

/** Counts calls by operation and by how they ended. */
export function countCalls(metrics: Metrics): CallObserver {
  const calls = metrics.counter("hub_calls_total", "Calls that have ended, by code.");
  return ({ operation }) => (error) =>
    calls.series({ operation, outcome: error === undefined ? "ok" : error.code }).add();
}
