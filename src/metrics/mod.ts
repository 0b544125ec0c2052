/**
 * Metrics in Prometheus' text format.
 *
 * @module
 */
export { createMetrics } from "./metrics.ts";
export type { Counter, Histogram, Labels, Metrics, Sample } from "./metrics.ts";
