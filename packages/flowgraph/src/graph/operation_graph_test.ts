import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { CycleError, DuplicateNodeError, FlowGraph } from "./index.ts";

const string = { type: "string" }, number = { type: "number" };

function spec(id: string, inputSchema: unknown, outputSchema: unknown) {
  const [namespace = "", name = ""] = id.split(":");
  return { namespace, name, type: "query", inputSchema, outputSchema };
}

const cyclic = [
  spec("t:a", string, string),
  spec("t:b", string, string),
  spec("t:c", string, string),
];

const KEYS: [namespace: string, name: string, key: string][] = [
  ["fs", "read", "fs.read"],
  ["fs", "fs.read", "fs.read"],
  ["fs", "fs/read", "fs/read"],
  ["fs", "fsread", "fs.fsread"],
  ["a.b", "c", "a.b.c"],
];

for (const [namespace, name, key] of KEYS) {
  Deno.test(`an operation ${name} of ${namespace} has the key ${key}`, () => {
    const graph = FlowGraph.fromSpecs([{ namespace, name, type: "query" }]);
    deepStrictEqual(graph.nodes(), [key]);
    const dotted = key.replaceAll("/", "."), slashed = `/${key.replaceAll(".", "/")}`;
    for (const id of [key, dotted, slashed, slashed.slice(1)]) {
      strictEqual(graph.hasNode(id), true, id);
      strictEqual(graph.getNodeAttributes(id).name, name);
    }
  });
}

Deno.test("fromSpecs() keeps what the graph needs of a spec", () => {
  const graph = FlowGraph.fromSpecs([{
    namespace: "fs",
    name: "watch",
    opType: "subscription",
    inputSchema: string,
    outputSchema: number,
    version: "1.0.0",
    accessControl: { requiredScopes: [] },
  }]);
  deepStrictEqual(graph.getNodeAttributes("fs.watch"), {
    name: "watch",
    namespace: "fs",
    type: "subscription",
    inputSchema: string,
    outputSchema: number,
    version: "1.0.0",
    accessControl: { requiredScopes: [] },
  });
});

Deno.test("fromSpecs() draws an edge where an output fits", () => {
  const graph = FlowGraph.fromSpecs([spec("t:a", {}, string), spec("t:b", string, number)]);
  deepStrictEqual(graph.edges(), ["t.a->t.b"]);
  deepStrictEqual(graph.getEdgeAttributes("t.a", "t.b"), { edgeType: "typed", compatible: true });
});

Deno.test("fromSpecs() refuses the same operation twice", () => {
  throws(() => FlowGraph.fromSpecs([spec("t:a", {}, {}), spec("t:a", {}, {})]), DuplicateNodeError);
});

Deno.test('fromSpecs(): by default, and with onCycle "throw", a cycle throws', () => {
  throws(() => FlowGraph.fromSpecs(cyclic), CycleError);
  throws(() => FlowGraph.fromSpecs(cyclic, { onCycle: "throw" }), /Cycle: t\.a → t\.b → t\.a/);
});

Deno.test('fromSpecs(): with onCycle "skip" the later edges of cycles are dropped', () => {
  const graph = FlowGraph.fromSpecs(cyclic, { onCycle: "skip" });
  deepStrictEqual(graph.edges(), ["t.a->t.b", "t.a->t.c", "t.b->t.c"]);
  deepStrictEqual(graph.topologicalOrder(), ["t.a", "t.b", "t.c"]);
});

Deno.test('fromSpecs(): with onCycle "keep" all edges stay, and only orders throw', () => {
  const graph = FlowGraph.fromSpecs(cyclic, { onCycle: "keep" });
  strictEqual(graph.size, 6);
  strictEqual(graph.hasCycles(), true);
  throws(() => graph.topologicalOrder(), CycleError);
  deepStrictEqual(graph.ancestors("t.a"), ["t.b", "t.c"]);
});

Deno.test('fromSpecs(): "skip" drops an edge exactly if the edges before it lead back', () => {
  const specs = Array.from({ length: 40 }, (_, i) => spec(`t:o${i}`, string, string));
  const graph = FlowGraph.fromSpecs(specs, { onCycle: "skip" });
  strictEqual(graph.size, 40 * 39 / 2);
  strictEqual(graph.hasCycles(), false);
});

Deno.test("fromSpecs(): incompatible pairs are stored only if asked for, and close no cycle", () => {
  const specs = [spec("t:a", number, string), spec("t:b", number, number)];
  deepStrictEqual(FlowGraph.fromSpecs(specs, { onCycle: "keep" }).edges(), ["t.b->t.a"]);
  const graph = FlowGraph.fromSpecs(specs, { includeIncompatible: true });
  deepStrictEqual(graph.getEdgeAttributes("t.a", "t.b"), {
    edgeType: "typed",
    compatible: false,
    detail: "/: string is not number",
  });
  strictEqual(graph.hasCycles(), false);
  deepStrictEqual(graph.topologicalOrder(), ["t.b", "t.a"]);
});

Deno.test("edges are added by hand", () => {
  const graph = FlowGraph.fromSpecs([spec("t:a", {}, {})]);
  graph.addOperation(spec("t:b", {}, {}));
  graph.addOperation(spec("t:c", {}, {}));
  graph.addTypedEdge("t/a", "t/b", { compatible: true, kind: "subtype", detail: "d" });
  deepStrictEqual(graph.getEdgeAttributes("t.a", "t.b"), {
    edgeType: "typed",
    compatible: true,
    detail: "d",
  });
  graph.addDependency("t.b", "t.c");
  deepStrictEqual(graph.getEdgeAttributes("t.b", "t.c"), { edgeType: "depends_on" });
  throws(() => graph.addDependency("t.c", "t.a"), CycleError);
  throws(() => graph.addOperation(spec("t:a", {}, {})), DuplicateNodeError);
});

Deno.test("a scoped subgraph knows the operations that it was left with", () => {
  const graph = FlowGraph.fromSpecs([spec("t:a", {}, string), spec("t:b", string, {})]);
  const scoped = graph.subgraph((key) => key === "t.a");
  ok(scoped.hasNode("/t/a"));
  strictEqual(scoped.hasNode("t.b"), false);
  strictEqual(scoped.size, 0);
});

Deno.test("a registry of 300 operations is built in a moment", () => {
  const specs = Array.from({ length: 300 }, (_, i) => spec(`t:o${i}`, string, string));
  strictEqual(FlowGraph.fromSpecs(specs, { onCycle: "skip" }).size, 300 * 299 / 2);
  throws(() => FlowGraph.fromSpecs(specs), CycleError);
});
