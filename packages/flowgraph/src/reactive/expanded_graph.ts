/**
 * The graph of a running workflow: the template's, with its maps expanded.
 *
 * @module
 */
import { type Run, successorsOf } from "../core/run.ts";
import { FlowGraph } from "../graph/flow_graph.ts";
import type { TemplateEdgeAttrs, TemplateNodeAttrs } from "../template/model.ts";
import { templateEdgeAttrs, templateNodeAttrs } from "../template/template_graph.ts";

/** Draws the nodes of a run as they are now. */
export function expandedGraph(run: Run): FlowGraph<TemplateNodeAttrs, TemplateEdgeAttrs> {
  const graph = new FlowGraph<TemplateNodeAttrs, TemplateEdgeAttrs>();
  for (const { id, template, frame } of run.nodes.values()) {
    const { scope, prefix, outer } = frame;
    const outerGroup = outer ? { outerGroup: outer.map.id } : {};
    graph.raw.addNode(id, templateNodeAttrs(template, scope, { prefix, ...outerGroup }));
  }
  for (const from of run.nodes.values()) {
    for (const to of successorsOf(from)) {
      const isInside = from.frame === to.frame;
      const attrs: TemplateEdgeAttrs = isInside
        ? templateEdgeAttrs(from.template, to.template)
        : { edgeType: "depends_on" };
      graph.raw.addEdgeWithKey(`${from.id}->${to.id}`, from.id, to.id, attrs);
    }
  }
  return graph;
}
