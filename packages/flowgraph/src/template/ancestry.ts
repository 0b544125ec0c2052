/**
 * Which nodes of a scope come before a node, read off the blocks instead of walked.
 *
 * @module
 */
import type { TemplateNode } from "./model.ts";

/** Indices from `start` up to, not including, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The ancestors of a node within its scope, as ranges of indices, innermost first. */
export function* ancestorRanges(node: TemplateNode): Generator<Range> {
  let block = node.block;
  // All of a block comes before its join.
  if (node.kind === "join") yield { start: block.start, end: node.index };
  for (let { parent } = block; parent; block = parent, parent = block.parent) {
    const end = parent.kind === "sequential" ? block.start : parent.start + 1;
    if (end > parent.start) yield { start: parent.start, end };
  }
}

/** Whether the node at `index` comes before `node` in the same scope. */
export function isAncestor(index: number, node: TemplateNode): boolean {
  for (const { start, end } of ancestorRanges(node)) {
    if (index >= start && index < end) return true;
  }
  return false;
}
