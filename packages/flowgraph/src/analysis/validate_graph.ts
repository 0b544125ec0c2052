/**
 * What is wrong with a graph.
 *
 * @module
 */
import { CycleError, type GraphIssue } from "../graph/errors.ts";
import { findCycles, type RawGraph } from "../graph/traversal.ts";

/** No more cycles than these are reported. */
const MAX_CYCLES = 100;

function* cycles(raw: RawGraph): Generator<GraphIssue> {
  for (const cycle of findCycles(raw, MAX_CYCLES)) {
    yield {
      type: "graph",
      category: "cycle",
      message: new CycleError([cycle]).message,
      nodes: cycle,
    };
  }
}

function* mismatches(raw: RawGraph): Generator<GraphIssue> {
  for (const { attributes, source, target } of raw.edgeEntries()) {
    if (attributes.edgeType !== "typed" || attributes.compatible !== false) continue;
    const detail = attributes.detail ?? "the schemas do not fit";
    yield {
      type: "graph",
      category: "type-mismatch",
      message: `${source} -> ${target}: ${detail}`,
      nodes: [source, target],
    };
  }
}

function* calls(raw: RawGraph): Generator<GraphIssue> {
  for (const { node, attributes } of raw.nodeEntries()) {
    const { parentRequestId, placeholder } = attributes;
    if (placeholder === true) {
      const message = `${node}: its call.requested has not been seen`;
      yield { type: "graph", category: "placeholder", message, nodes: [node] };
    }
    if (typeof parentRequestId !== "string" || raw.hasNode(parentRequestId)) continue;
    yield {
      type: "graph",
      category: "orphan-parent",
      message: `${node}: its parent ${parentRequestId} has not been seen`,
      nodes: [node],
      details: { parentRequestId },
    };
  }
}

/** Reports cycles, edges that do not fit, and calls whose request or parent has not been seen. */
export function validateGraph(graph: RawGraph | { readonly raw: RawGraph }): GraphIssue[] {
  const raw = "raw" in graph ? graph.raw : graph;
  return [...cycles(raw), ...mismatches(raw), ...calls(raw)];
}
