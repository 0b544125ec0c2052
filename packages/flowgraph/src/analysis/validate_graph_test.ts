import { deepStrictEqual, throws } from "node:assert/strict";
import { CycleError, FlowGraph } from "../graph/index.ts";
import { topologicalOrder } from "./topological_order.ts";
import { validateGraph } from "./validate_graph.ts";

const string = { type: "string" }, number = { type: "number" };

function spec(name: string, inputSchema: unknown, outputSchema: unknown) {
  return { namespace: "n", name, type: "query", inputSchema, outputSchema };
}

Deno.test("validateGraph() reports cycles", () => {
  const specs = [spec("a", string, string), spec("b", string, string)];
  const graph = FlowGraph.fromSpecs(specs, { onCycle: "keep" });
  deepStrictEqual(validateGraph(graph), [{
    type: "graph",
    category: "cycle",
    message: "Cycle: n.a → n.b → n.a",
    nodes: ["n.a", "n.b"],
  }]);
  throws(() => topologicalOrder(graph.raw), CycleError);
});

Deno.test("validateGraph() reports stored edges that do not fit", () => {
  const specs = [spec("a", {}, string), spec("b", number, {})];
  const graph = FlowGraph.fromSpecs(specs, { includeIncompatible: true });
  deepStrictEqual(validateGraph(graph.raw), [{
    type: "graph",
    category: "type-mismatch",
    message: "n.a -> n.b: /: string is not number",
    nodes: ["n.a", "n.b"],
  }]);
});

Deno.test("validateGraph() reports calls without request and without parent", () => {
  const graph = FlowGraph.fromCallEvents([
    { type: "call.completed", payload: { requestId: "early" } },
    {
      type: "call.requested",
      payload: { requestId: "child", operationId: "x", input: {}, parentRequestId: "gone" },
    },
  ]);
  deepStrictEqual(validateGraph(graph).map(({ category, message }) => [category, message]), [
    ["placeholder", "early: its call.requested has not been seen"],
    ["orphan-parent", "child: its parent gone has not been seen"],
  ]);
});

Deno.test("topologicalOrder() takes first what came first, and nothing before its predecessors", () => {
  const graph = new FlowGraph();
  for (const key of ["d", "c", "b", "a"]) graph.addNode(key, {});
  graph.addEdge("a", "c", { edgeType: "depends_on" });
  graph.addEdge("a", "b", { edgeType: "depends_on" });
  deepStrictEqual(topologicalOrder(graph), ["d", "a", "c", "b"]);
});
