import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  Conditional,
  Fragment,
  h,
  Map as MapComponent,
  Parallel,
  type UNode,
} from "../component/index.ts";
import { build, sketches } from "../../testing/templates.ts";
import { compileTemplate } from "./compile_template.ts";
import { op, seq } from "../../testing/elements.ts";

const test = () => true;

const SHAPES: [what: string, template: UNode, nodes: string[], edges: string[]][] = [
  ["one operation", op("a"), ["a"], []],
  ["a sequence", seq(op("a"), op("b")), ["a", "b"], ["a->b"]],
  ["repeated names", seq(op("a"), op("a"), op("a")), ["a", "a#2", "a#3"], ["a->a#2", "a#2->a#3"]],
  ["names and ids that meet", seq(op("a"), op("b", { id: "a" })), ["a#2", "a"], ["a#2->a"]],
  ["a fork", h(Parallel, {}, op("a"), op("b")), ["fork:0", "a", "b", "join:0"], [
    "fork:0->a",
    "fork:0->b",
    "a->join:0",
    "b->join:0",
  ]],
  ["a fork with an id", seq(op("a"), h(Parallel, { id: "p" }, op("b"))), [
    "a",
    "p",
    "b",
    "join:0.1",
  ], ["a->p", "p->b", "b->join:0.1"]],
  ["an empty fork", seq(op("a"), h(Parallel, {})), ["a", "fork:0.1", "join:0.1"], [
    "a->fork:0.1",
    "fork:0.1->join:0.1",
  ]],
  ["both ways", h(Conditional, { test }, op("a"), op("b")), ["branch:0", "a", "b", "join:0"], [
    "branch:0->a",
    "branch:0->b",
    "a->join:0",
    "b->join:0",
  ]],
  ["one way", h(Conditional, { test }, op("a")), ["branch:0", "a", "join:0"], [
    "branch:0->a",
    "branch:0->join:0",
    "a->join:0",
  ]],
  ["an empty way", h(Conditional, { test }, seq(), op("b")), ["branch:0", "b", "join:0"], [
    "branch:0->b",
    "branch:0->join:0",
    "b->join:0",
  ]],
  ["a map", h(MapComponent, { id: "m", over: [1] }, op("a")), ["m", "join:0"], ["m->join:0"]],
  ["empty sequences", seq(seq(), op("a"), seq(seq()), op("b"), seq()), ["a", "b"], ["a->b"]],
  ["a fragment", seq(h(Fragment, {}, op("a"), op("b")), op("c")), ["a", "b", "c"], [
    "a->b",
    "b->c",
  ]],
  ["a fragment at the root", h(Fragment, {}, op("a"), op("b")), ["a", "b"], ["a->b"]],
  ["a fragment in a fork", h(Parallel, {}, h(Fragment, {}, op("a"), op("b"))), [
    "fork:0",
    "a",
    "b",
    "join:0",
  ], ["fork:0->a", "fork:0->b", "a->join:0", "b->join:0"]],
  ["a component", h(({ n }: { n: string }) => seq(op(n), op(n)), { n: "x" }), ["x", "x#2"], [
    "x->x#2",
  ]],
  ["an element of another maker", { type: "flow:operation", props: { name: "a" }, children: [] }, [
    "a",
  ], []],
];

for (const [what, template, nodes, edges] of SHAPES) {
  Deno.test(`6: ${what} compiles to ${nodes.length} nodes and ${edges.length} edges`, () => {
    const { graph, entry, exit } = compileTemplate(template);
    deepStrictEqual(graph.nodes(), nodes);
    deepStrictEqual(graph.edges(), edges);
    deepStrictEqual([entry, exit], [nodes[0], nodes.at(-1)]);
  });
}

Deno.test("6: attributes tell kind, name, properties, path and group", () => {
  const { graph } = compileTemplate(
    seq(op("a", { retries: 1 }), h(Conditional, { test }, op("b"), h(Parallel, {}, op("c")))),
  );
  deepStrictEqual(graph.getNodeAttributes("a"), {
    kind: "operation",
    name: "a",
    props: { name: "a", retries: 1 },
    path: [0, 0],
  });
  deepStrictEqual(graph.getNodeAttributes("c"), {
    kind: "operation",
    name: "c",
    props: { name: "c" },
    path: [0, 1, 1, 0],
    group: "fork:0.1.1",
  });
  deepStrictEqual(graph.getNodeAttributes("join:0.1").group, "branch:0.1");
  deepStrictEqual(graph.getEdgeAttributes("a", "branch:0.1"), { edgeType: "depends_on" });
  deepStrictEqual(graph.getEdgeAttributes("branch:0.1", "b"), {
    edgeType: "depends_on",
    branch: "then",
  });
  deepStrictEqual(graph.getEdgeAttributes("branch:0.1", "fork:0.1.1"), {
    edgeType: "depends_on",
    branch: "else",
  });
});

for (const [empty, way] of [[0, "then"], [1, "else"]] as const) {
  Deno.test(`6: the edge past a missing ${way} says so`, () => {
    const ways = [op("a"), op("a")];
    ways[empty] = seq();
    const { graph } = compileTemplate(h(Conditional, { test }, ways));
    strictEqual(graph.getEdgeAttributes("branch:0", "join:0").branch, way);
    strictEqual(graph.getEdgeAttributes("branch:0", "a").branch, way === "then" ? "else" : "then");
  });
}

Deno.test("8.6: a compiled template is acyclic, with one entry and one exit", () => {
  fc.assert(fc.property(sketches, (sketch) => {
    const { graph, entry, exit } = compileTemplate(build(sketch));
    strictEqual(graph.hasCycles(), false);
    const nodes = graph.nodes();
    deepStrictEqual(nodes.filter((key) => graph.inDegree(key) === 0), [entry]);
    deepStrictEqual(nodes.filter((key) => graph.outDegree(key) === 0), [exit]);
  }));
});

Deno.test("6: ids are stable for the same tree", () => {
  fc.assert(fc.property(sketches, (sketch) => {
    const first = compileTemplate(build(sketch)), second = compileTemplate(build(sketch));
    deepStrictEqual(first.graph.nodes(), second.graph.nodes());
    strictEqual(first.hash, second.hash);
  }));
});

const DIFFERENT: [what: string, a: UNode, b: UNode][] = [
  ["an id", op("a"), op("a", { id: "b" })],
  ["a property", op("a"), op("a", { retries: 1 })],
  ["an input", op("a", { input: { x: 1 } }), op("a", { input: { x: 2 } })],
  ["a function instead of a value", op("a", { input: 1 }), op("a", { input: () => 1 })],
  ["an order", seq(op("a"), op("b")), seq(op("b"), op("a"))],
  [
    "then and else",
    h(Conditional, { test }, op("a"), seq()),
    h(Conditional, { test }, seq(), op("a")),
  ],
  ["a body", h(MapComponent, { over: [] }, op("a")), h(MapComponent, { over: [] }, op("b"))],
];

for (const [what, a, b] of DIFFERENT) {
  Deno.test(`the hash tells ${what}`, () => {
    ok(compileTemplate(a).hash !== compileTemplate(b).hash);
  });
}
