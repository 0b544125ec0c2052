/**
 * Graphs in Graphviz's DOT.
 *
 * @module
 */
import { draw, type Drawable, type RenderOptions, STATUS_COLOURS } from "./drawing.ts";

/** How `toDot` draws. */
export type DotOptions<N extends object = object> = RenderOptions<N>;

function quote(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replace(/\r\n?|\n/g, "\\n");
  // deno-lint-ignore no-control-regex -- a NUL or a bell in a label is refused by Graphviz
  return `"${escaped.replace(/[\u0000-\u001f\u007f]/g, " ")}"`;
}

/** DOT writes attributes in brackets, or nothing at all. */
function attributes(entries: Record<string, string | undefined>): string {
  const told = Object.entries(entries).filter(([, value]) => value !== undefined);
  return told.length === 0
    ? ""
    : ` [${told.map(([name, value]) => `${name}=${quote(value ?? "")}`).join(", ")}]`;
}

/** Draws a graph in DOT; the same graph gives the same text. */
export function toDot<N extends object>(graph: Drawable<N>, options: DotOptions<N> = {}): string {
  const { nodes, edges, omitted } = draw(graph, options);
  const direction = options.direction === "TD" ? "TB" : options.direction ?? "TB";
  const lines = [
    "digraph flow {",
    `  rankdir=${direction};`,
    `  node [shape=box, style=filled, fillcolor="#ffffff"];`,
  ];
  for (const { id, label, status } of nodes) {
    const fillcolor = status === undefined ? undefined : STATUS_COLOURS[status];
    lines.push(`  ${id}${attributes({ label, class: status, fillcolor })};`);
  }
  if (omitted > 0) lines.push(`  omitted${attributes({ label: `${omitted} more nodes` })};`);
  for (const { from, to, style, label } of edges) {
    const drawn = style === "solid" ? undefined : style;
    lines.push(`  ${from} -> ${to}${attributes({ style: drawn, label })};`);
  }
  lines.push("}");
  return lines.join("\n") + "\n";
}
