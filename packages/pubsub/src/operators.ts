/**
 * Functions from one async iterable to another, to be combined with `pipe`.
 *
 * @module
 */
export { batch, type BatchOptions } from "./operators/batch.ts";
export { chain } from "./operators/chain.ts";
export { dedupe, type DedupeOptions } from "./operators/dedupe.ts";
export { filter } from "./operators/filter.ts";
export { flat } from "./operators/flat.ts";
export { type Group, groupBy, type GroupByOptions } from "./operators/group-by.ts";
export { join } from "./operators/join.ts";
export { map } from "./operators/map.ts";
export { pipe } from "./operators/pipe.ts";
export { reduce } from "./operators/reduce.ts";
export { take } from "./operators/take.ts";
export { toArray } from "./operators/to-array.ts";
export { window, type WindowOptions } from "./operators/window.ts";
