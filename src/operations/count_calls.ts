import type { CallObserver } from "@alkdev/operations";
import { Generations } from "../auth/generations.ts";
import type { Counter, Metrics } from "../metrics/mod.ts";

/** Operations and outcomes whose series are at hand: finding one takes as long as all the rest. */
const KEPT = 4_096;

/** Counts calls by operation and by how they ended. */
export function countCalls(metrics: Metrics): CallObserver {
  const calls = metrics.counter("hub_calls_total", "Calls that have ended, by code.");
  const kept = new Generations<Counter>(KEPT);
  return ({ operation }) => (error) => {
    const outcome = error === undefined ? "ok" : error.code, key = `${operation} ${outcome}`;
    let series = kept.get(key);
    if (series === undefined) kept.set(key, series = calls.series({ operation, outcome }));
    series.add();
  };
}
