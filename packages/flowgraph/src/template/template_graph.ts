/**
 * The nodes of a scope as a graph.
 *
 * @module
 */
import { FlowGraph } from "../graph/flow_graph.ts";
import type {
  Block,
  TemplateEdgeAttrs,
  TemplateNode,
  TemplateNodeAttrs,
  TemplateScope,
} from "./model.ts";

function groupOf({ kind, block }: TemplateNode, scope: TemplateScope): string | undefined {
  let holder: Block | undefined = kind === "join" ? block : block.parent;
  while (holder?.kind === "sequential") holder = holder.parent;
  return holder && scope.nodes[holder.start]?.id;
}

/** What the graph of a template says of a node; `outerGroup` holds the whole scope. */
export function templateNodeAttrs(
  node: TemplateNode,
  scope: TemplateScope,
  { prefix = "", outerGroup }: { prefix?: string; outerGroup?: string } = {},
): TemplateNodeAttrs {
  const { kind, block } = node;
  const inner = groupOf(node, scope);
  const group = inner === undefined ? outerGroup : prefix + inner;
  return {
    kind,
    ...(kind === "operation" && { name: String(block.props.name) }),
    props: { ...block.props },
    path: [...block.path],
    ...(group !== undefined && { group }),
  };
}

/** What the graph says of the edge between two nodes of a scope. */
export function templateEdgeAttrs(from: TemplateNode, to: TemplateNode): TemplateEdgeAttrs {
  if (from.kind !== "branch") return { edgeType: "depends_on" };
  const [whenTrue, whenFalse] = from.block.children;
  const isElse = to.index === whenFalse?.entry ||
    to.kind === "join" && to.block === from.block && (whenTrue?.end ?? 0) > (whenTrue?.start ?? 0);
  return { edgeType: "depends_on", branch: isElse ? "else" : "then" };
}

/** Draws a scope as a graph. A template has no cycles, so none are looked for. */
export function templateGraph(
  scope: TemplateScope,
): FlowGraph<TemplateNodeAttrs, TemplateEdgeAttrs> {
  const graph = new FlowGraph<TemplateNodeAttrs, TemplateEdgeAttrs>();
  for (const node of scope.nodes) graph.raw.addNode(node.id, templateNodeAttrs(node, scope));
  for (const from of scope.nodes) {
    for (const index of from.successors) {
      const to = scope.nodes[index];
      if (to === undefined) continue;
      const edge = `${from.id}->${to.id}`;
      graph.raw.addEdgeWithKey(edge, from.id, to.id, templateEdgeAttrs(from, to));
    }
  }
  return graph;
}
