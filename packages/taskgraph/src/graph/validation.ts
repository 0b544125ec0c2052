/**
 * Looks for what is wrong with a graph, and never throws.
 *
 * @module
 */
import { Value } from "@sinclair/typebox/value";
import type { AnyValidationError, GraphValidationError, ValidationError } from "../error/index.ts";
import { TaskGraphNodeAttributes } from "../schema/graph.ts";
import { findCycles } from "./cycles.ts";
import type { TaskGraphInner } from "./opaque_id_graph.ts";

/** Checks the attributes of every node against their schema. */
export function validateSchema(raw: TaskGraphInner): ValidationError[] {
  const errors: ValidationError[] = [];
  raw.forEachNode((taskId, attributes) => {
    if (Value.Check(TaskGraphNodeAttributes, attributes)) return;
    for (const { path, message, value } of Value.Errors(TaskGraphNodeAttributes, attributes)) {
      errors.push({ type: "schema", taskId, field: path.slice(1) || "(root)", message, value });
    }
  });
  return errors;
}

/** Checks the shape of the graph: cycles, and edges that lead nowhere. */
export function validateGraph(raw: TaskGraphInner): GraphValidationError[] {
  const errors: GraphValidationError[] = [];
  const cycles = findCycles(raw);
  if (cycles.length > 0) {
    const message = `Graph contains ${cycles.length} cycle${cycles.length === 1 ? "" : "s"}`;
    errors.push({ type: "graph", category: "cycle", message, details: cycles });
  }
  raw.forEachEdge((_edge, _attributes, source, target) => {
    if (!raw.hasNode(source)) errors.push(dangling("source", source));
    if (!raw.hasNode(target)) errors.push(dangling("target", target));
  });
  return errors;
}

/** Checks attributes first, then shape. */
export function validate(raw: TaskGraphInner): AnyValidationError[] {
  return [...validateSchema(raw), ...validateGraph(raw)];
}

function dangling(end: "source" | "target", taskId: string): GraphValidationError {
  const message = `Edge references non-existent ${end} node: ${taskId}`;
  return { type: "graph", category: "dangling-reference", taskId, message };
}
