/**
 * Random templates and random answers for property tests.
 *
 * @module
 */
import fc from "fast-check";
import {
  Conditional,
  h,
  Map as MapComponent,
  Operation,
  Parallel,
  Sequential,
  type UElement,
} from "../src/component/index.ts";
import type { Answer } from "./host.ts";

/** A template as data, so that a counterexample can be read. */
export type Sketch =
  | { kind: "operation"; optional: boolean; retries: number; delay: number; input: number }
  | { kind: "sequential" | "parallel"; limit: number; children: Sketch[] }
  | { kind: "conditional"; holds: boolean; children: Sketch[] }
  | { kind: "map"; items: number; limit: number; children: Sketch[] };

const operation = fc.record({
  kind: fc.constant("operation" as const),
  optional: fc.boolean(),
  retries: fc.integer({ min: 0, max: 2 }),
  delay: fc.constantFrom(0, 10),
  input: fc.integer({ min: 0, max: 3 }),
});

const { tree } = fc.letrec<{ tree: Sketch }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    operation,
    fc.record({
      kind: fc.constantFrom("sequential" as const, "parallel" as const),
      limit: fc.integer({ min: 0, max: 2 }),
      children: fc.array(tie("tree"), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({
      kind: fc.constant("conditional" as const),
      holds: fc.boolean(),
      children: fc.array(tie("tree"), { minLength: 1, maxLength: 2 }),
    }),
    fc.record({
      kind: fc.constant("map" as const),
      items: fc.integer({ min: 0, max: 3 }),
      limit: fc.integer({ min: 0, max: 2 }),
      children: fc.tuple(tie("tree")),
    }),
  ),
}));

/** Templates of every kind of node; each holds at least one operation. */
export const sketches: fc.Arbitrary<Sketch> = fc.tuple(operation, tree).map(([first, rest]) => ({
  kind: "sequential",
  limit: 0,
  children: [first, rest],
}));

function limitOf(limit: number): { maxConcurrency?: number } {
  return limit === 0 ? {} : { maxConcurrency: limit };
}

/** The template that a sketch describes; operations are numbered in template order. */
export function build(sketch: Sketch, counter: { next: number } = { next: 0 }): UElement {
  switch (sketch.kind) {
    case "operation": {
      const { optional, retries, delay, input } = sketch;
      return h(Operation, {
        name: `op${counter.next++}`,
        optional,
        retries,
        retryDelayMs: delay,
        ...(input === 1 && { input: { given: "$.input", came: "$.output" } }),
        ...(input === 2 && { input: ({ results }) => Object.keys(results).sort() }),
      });
    }
    case "sequential":
      return h(Sequential, {}, sketch.children.map((child) => build(child, counter)));
    case "parallel": {
      const children = sketch.children.map((child) => build(child, counter));
      return h(Parallel, limitOf(sketch.limit), children);
    }
    case "conditional": {
      const { holds, children } = sketch;
      return h(Conditional, { test: () => holds }, children.map((child) => build(child, counter)));
    }
    case "map": {
      const { items, limit, children } = sketch;
      const over = Array.from({ length: items }, (_, i) => i);
      const bodies = children.map((child) => build(child, counter));
      return h(MapComponent, { over, ...limitOf(limit) }, bodies);
    }
  }
}

/** An answer for each (node, attempt), derived from a seed: about one in five fails. */
export function answersOf(seed: number): Answer {
  return ({ nodeId, attempt, input }) => {
    let hash = seed;
    for (const unit of `${nodeId}/${attempt}`) {
      hash = Math.imul(hash ^ unit.charCodeAt(0), 16777619);
    }
    const kind = (hash >>> 8) % 10;
    if (kind === 0) return { error: { code: "EXECUTION_ERROR", message: `${nodeId} broke` } };
    if (kind === 1) return { error: { code: "ACCESS_DENIED", message: `${nodeId} may not` } };
    // JSON values only: an absent input stays absent.
    return { output: { node: nodeId, attempt, ...(input !== undefined && { input }) } };
  };
}
