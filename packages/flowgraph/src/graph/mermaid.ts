/**
 * Graphs as Mermaid flowcharts.
 *
 * @module
 */
import {
  draw,
  type Drawable,
  type DrawnEdge,
  type RenderOptions,
  STATUS_COLOURS,
} from "./drawing.ts";

/** How `toMermaid` draws. */
export type MermaidOptions<N extends object = object> = RenderOptions<N>;

const ARROWS: Record<DrawnEdge["style"], string> = {
  solid: "-->",
  dashed: "-.->",
  // Mermaid has one broken line; the open circle tells "does not fit" from "depends on".
  dotted: "-.-o",
};

/** Every character with a meaning to Mermaid or HTML becomes an entity. */
function quote(text: string): string {
  const escaped = text.replace(/\r\n?/g, "\n").replace(
    /[^\p{L}\p{N} _.,:/+\n-]/gu,
    (character) => `#${character.codePointAt(0)};`,
  );
  // "--" inside a label would still end a comment or begin an arrow in older versions.
  return `"${escaped.replaceAll("--", "#45;#45;").replaceAll("\n", "<br/>")}"`;
}

/**
 * Draws a graph as a Mermaid flowchart; the same graph gives the same text.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { FlowGraph, toMermaid } from "@alkdev/flowgraph/graph";
 *
 * const graph = new FlowGraph();
 * graph.addNode("a", {});
 * graph.addNode("b", { status: "failed" });
 * graph.addEdge("a", "b", { edgeType: "triggered" });
 * strictEqual(toMermaid(graph), `flowchart TD
 *   n0["a"]
 *   n1["b"]:::failed
 *   n0 --> n1
 *   classDef failed fill:#ffc9c9
 * `);
 * ```
 */
export function toMermaid<N extends object>(
  graph: Drawable<N>,
  options: MermaidOptions<N> = {},
): string {
  const { nodes, edges, omitted, statuses } = draw(graph, options);
  const lines = [`flowchart ${options.direction ?? "TD"}`];
  for (const { id, label, status } of nodes) {
    lines.push(`  ${id}[${quote(label)}]${status === undefined ? "" : `:::${status}`}`);
  }
  if (omitted > 0) lines.push(`  omitted["${omitted} more nodes"]`);
  for (const { from, to, style, label } of edges) {
    const text = label === undefined ? "" : `|${quote(label)}|`;
    lines.push(`  ${from} ${ARROWS[style]}${text} ${to}`);
  }
  for (const status of statuses) lines.push(`  classDef ${status} fill:${STATUS_COLOURS[status]}`);
  return lines.join("\n") + "\n";
}
