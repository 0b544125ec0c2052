/**
 * What the two renderers share: which nodes, which edges, which colours.
 *
 * @module
 */
import type { RawGraph } from "./traversal.ts";

/** Whatever has a graph underneath and knows what its nodes are. */
export interface Drawable<N extends object> {
  readonly raw: RawGraph;
  getNodeAttributes(key: string): N;
}

/** How to draw. */
export interface RenderOptions<N extends object = object> {
  /** Which way it flows. Default: "TD". */
  readonly direction?: "TD" | "TB" | "BT" | "LR" | "RL";
  /** Text of a node. Default: the name of its operation, else its key. */
  readonly label?: (key: string, attrs: N) => string;
  /** Status of a node. Default: its attribute `status`. */
  readonly status?: (key: string, attrs: N) => string | undefined;
  /** How many nodes are drawn. Default: 500. */
  readonly maxNodes?: number;
  /** Whether forks, joins, branches and maps of a template are drawn. Default: true. */
  readonly structural?: boolean;
}

/** Fill colour by status; both renderers use it. */
export const STATUS_COLOURS: Readonly<Record<string, string>> = {
  idle: "#eeeeee",
  waiting: "#e0e0e0",
  pending: "#e0e0e0",
  ready: "#fff3bf",
  running: "#a5d8ff",
  completed: "#b2f2bb",
  failed: "#ffc9c9",
  aborted: "#ffd8a8",
  skipped: "#f8f9fa",
};

/** How an edge is drawn. */
export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  readonly style: "solid" | "dashed" | "dotted";
  readonly label?: string;
}

/** A graph reduced to what is drawn. */
export interface Drawing {
  readonly nodes: readonly { id: string; label: string; status?: string }[];
  readonly edges: readonly DrawnEdge[];
  /** How many nodes were left out. */
  readonly omitted: number;
  /** Statuses that occur, in the order of the colour table. */
  readonly statuses: readonly string[];
}

const STRUCTURAL = new Set<unknown>(["fork", "join", "branch", "map"]);

function isHidden(raw: RawGraph, key: string, { structural = true }: { structural?: boolean }) {
  return !structural && STRUCTURAL.has(raw.getNodeAttribute(key, "kind"));
}

function defaultLabel(key: string, attrs: Record<string, unknown>): string {
  const { operationId, nodeId } = attrs;
  const name = typeof operationId === "string" && operationId !== "" ? operationId : undefined;
  if (name === undefined) return key;
  return typeof nodeId === "string" ? `${name}\n${nodeId}` : `${name}\n${key}`;
}

/** Joins the neighbours of a hidden node: the visible nodes that it leads to. */
function visibleTargets(raw: RawGraph, start: string, isShown: (key: string) => boolean): string[] {
  const found: string[] = [], seen = new Set<string>(), stack = [start];
  for (let key = stack.pop(); key !== undefined; key = stack.pop()) {
    for (const target of raw.outNeighbors(key)) {
      if (seen.has(target)) continue;
      seen.add(target);
      if (isShown(target)) found.push(target);
      else stack.push(target);
    }
  }
  return found;
}

function edgeStyle(attrs: Record<string, unknown>): Pick<DrawnEdge, "style" | "label"> {
  const { edgeType, compatible, detail, branch } = attrs;
  if (edgeType === "depends_on") {
    return { style: "dashed", ...(typeof branch === "string" && { label: branch }) };
  }
  const label = edgeType === "typed" && typeof detail === "string" ? { label: detail } : {};
  return { style: compatible === false ? "dotted" : "solid", ...label };
}

function drawEdges(
  raw: RawGraph,
  ids: ReadonlyMap<string, string>,
  isHiddenKey: (key: string) => boolean,
): DrawnEdge[] {
  const edges: DrawnEdge[] = [], drawn = new Set<string>();
  raw.forEachEdge((_edge, attrs, source, target) => {
    const from = ids.get(source);
    if (from === undefined) return;
    const isThrough = isHiddenKey(target);
    const targets = isThrough ? visibleTargets(raw, target, (key) => !isHiddenKey(key)) : [target];
    for (const key of targets) {
      const to = ids.get(key);
      if (to === undefined || drawn.has(`${from}>${to}`)) continue;
      drawn.add(`${from}>${to}`);
      edges.push({ from, to, ...(isThrough ? { style: "dashed" } : edgeStyle(attrs)) });
    }
  });
  return edges;
}

/** Decides what is drawn, in insertion order. */
export function draw<N extends object>({ raw }: Drawable<N>, options: RenderOptions<N>): Drawing {
  const { maxNodes = 500, label, status } = options;
  const isHiddenKey = (key: string) => isHidden(raw, key, options);
  const keys = raw.nodes().filter((key) => !isHiddenKey(key));
  const shown = keys.slice(0, Math.max(0, maxNodes));
  const ids = new Map(shown.map((key, i) => [key, `n${i}`]));
  const nodes = shown.map((key, i) => {
    const attrs = raw.getNodeAttributes(key);
    const told = status ? status(key, attrs) : attrs.status;
    const known = typeof told === "string" && Object.hasOwn(STATUS_COLOURS, told);
    const text = label ? label(key, attrs) : defaultLabel(key, attrs);
    return { id: `n${i}`, label: text, ...(known && { status: told }) };
  });
  const used = new Set(nodes.map((node) => node.status));
  return {
    nodes,
    edges: drawEdges(raw, ids, isHiddenKey),
    omitted: keys.length - shown.length,
    statuses: Object.keys(STATUS_COLOURS).filter((name) => used.has(name)),
  };
}
