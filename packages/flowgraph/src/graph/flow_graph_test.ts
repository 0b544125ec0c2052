import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  CycleError,
  DuplicateEdgeError,
  DuplicateNodeError,
  FlowGraph,
  FlowGraphError,
  NodeNotFoundError,
} from "./index.ts";

const depends = { edgeType: "depends_on" };

function graphOf(edges: readonly (readonly [string, string])[], extra: string[] = []): FlowGraph {
  const graph = new FlowGraph();
  const keys = new Set([...edges.flat(), ...extra]);
  for (const key of keys) graph.addNode(key, {});
  for (const [source, target] of edges) graph.addEdge(source, target, depends);
  return graph;
}

const diamond = graphOf([["a", "b"], ["a", "c"], ["b", "d"], ["c", "d"]], ["z"]);

const REFUSED: [
  what: string,
  act: () => void,
  error: new (...args: never[]) => Error,
  text: RegExp,
][] = [
  [
    "a second node of a key",
    () => graphOf([["a", "b"]]).addNode("a", {}),
    DuplicateNodeError,
    /node a: /,
  ],
  [
    "a second edge of a pair",
    () => graphOf([["a", "b"]]).addEdge("a", "b", depends),
    DuplicateEdgeError,
    /edge a -> b: /,
  ],
  [
    "an edge from nowhere",
    () => graphOf([["a", "b"]]).addEdge("x", "b", depends),
    NodeNotFoundError,
    /node x: /,
  ],
  [
    "an edge to nowhere",
    () => graphOf([["a", "b"]]).addEdge("a", "x", depends),
    NodeNotFoundError,
    /node x: /,
  ],
  [
    "an edge to itself",
    () => graphOf([["a", "b"]]).addEdge("a", "a", depends),
    CycleError,
    /^Cycle: a → a$/,
  ],
  [
    "an edge that closes a cycle",
    () => graphOf([["a", "b"], ["b", "c"]]).addEdge("c", "a", depends),
    CycleError,
    /^Cycle: a → b → c → a$/,
  ],
  [
    "a name that every object has",
    () => new FlowGraph().addNode("constructor", {}),
    FlowGraphError,
    /node constructor: /,
  ],
  [
    "a call of such a name",
    () =>
      void new FlowGraph().updateFromEvent({
        type: "call.aborted",
        payload: { requestId: "__proto__" },
      }),
    FlowGraphError,
    /node __proto__: /,
  ],
  ["attributes of no node", () => diamond.getNodeAttributes("x"), NodeNotFoundError, /node x: /],
  [
    "attributes of no edge",
    () => diamond.getEdgeAttributes("b", "c"),
    FlowGraphError,
    /edge b -> c: /,
  ],
  ["neighbours of no node", () => diamond.successors("x"), NodeNotFoundError, /node x: /],
];

for (const [what, act, error, text] of REFUSED) {
  Deno.test(`FlowGraph refuses ${what}`, () => {
    throws(act, (thrown) => {
      ok(thrown instanceof error && thrown instanceof FlowGraphError);
      strictEqual(thrown.name, error.name);
      ok(text.test(thrown.message), thrown.message);
      return true;
    });
  });
}

Deno.test("a refused edge leaves the graph as it was", () => {
  const graph = graphOf([["a", "b"], ["b", "c"]]);
  const before = graph.export();
  throws(() => graph.addEdge("c", "a", depends), CycleError);
  deepStrictEqual(graph.export(), before);
});

const QUERIES: [what: string, found: unknown, expected: unknown][] = [
  ["nodes", diamond.nodes(), ["a", "b", "c", "d", "z"]],
  ["edges", diamond.edges(), ["a->b", "a->c", "b->d", "c->d"]],
  ["order and size", [diamond.order, diamond.size], [5, 4]],
  ["degrees", [diamond.inDegree("d"), diamond.outDegree("a")], [2, 2]],
  ["predecessors", diamond.predecessors("d"), ["b", "c"]],
  ["successors", diamond.successors("a"), ["b", "c"]],
  ["ancestors, nearest first", diamond.ancestors("d"), ["b", "c", "a"]],
  ["descendants, nearest first", diamond.descendants("a"), ["b", "c", "d"]],
  ["what is reachable, with the start", [...diamond.reachableFrom(["b", "z"])], ["b", "d", "z"]],
  ["a topological order, ties by insertion", diamond.topologicalOrder(), ["a", "z", "b", "c", "d"]],
  ["no cycles", [diamond.hasCycles(), diamond.findCycles()], [false, []]],
  ["edges that are there", [diamond.hasEdge("a", "b"), diamond.hasEdge("b", "a")], [true, false]],
];

for (const [what, found, expected] of QUERIES) {
  Deno.test(`FlowGraph tells ${what}`, () => deepStrictEqual(found, expected));
}

Deno.test("iteration passes keys, attributes and ends", () => {
  const graph = new FlowGraph<{ n: number }, { edgeType: string }>();
  graph.addNode("a", { n: 1 });
  graph.addNode("b", { n: 2 });
  graph.addEdge("a", "b", depends);
  const seen: unknown[] = [];
  graph.forEachNode((key, { n }) => seen.push([key, n]));
  graph.forEachEdge((key, { edgeType }, source, target) =>
    seen.push([key, edgeType, source, target])
  );
  deepStrictEqual(seen, [["a", 1], ["b", 2], ["a->b", "depends_on", "a", "b"]]);
});

Deno.test("a subgraph keeps matching nodes and the edges between them", () => {
  const graph = diamond.subgraph((key) => key !== "b");
  deepStrictEqual(graph.nodes(), ["a", "c", "d", "z"]);
  deepStrictEqual(graph.edges(), ["a->c", "c->d"]);
});

const edgeLists = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 25 });

Deno.test("a topological order respects every edge, and addEdge never lets a cycle in", () => {
  fc.assert(fc.property(edgeLists, (pairs) => {
    const graph = new FlowGraph();
    for (let i = 0; i < 8; i++) graph.addNode(`n${i}`, {});
    for (const [from, to] of pairs) {
      try {
        graph.addEdge(`n${from}`, `n${to}`, depends);
      } catch (error) {
        ok(error instanceof CycleError || error instanceof DuplicateEdgeError);
      }
    }
    const order = graph.topologicalOrder();
    strictEqual(order.length, 8);
    graph.forEachEdge((_key, _attrs, source, target) => {
      ok(order.indexOf(source) < order.indexOf(target));
    });
    strictEqual(graph.hasCycles(), false);
  }));
});

Deno.test("findCycles() finds a cycle exactly where a topological order does not exist", () => {
  fc.assert(fc.property(edgeLists, (pairs) => {
    const graph = new FlowGraph();
    for (let i = 0; i < 8; i++) graph.addNode(`n${i}`, {});
    for (const [from, to] of pairs) {
      if (from !== to && !graph.hasEdge(`n${from}`, `n${to}`)) {
        graph.raw.addEdge(`n${from}`, `n${to}`, depends);
      }
    }
    const cycles = graph.findCycles();
    for (const cycle of cycles) {
      cycle.forEach((key, i) => ok(graph.hasEdge(key, cycle[(i + 1) % cycle.length] ?? "")));
    }
    if (cycles.length === 0) strictEqual(graph.topologicalOrder().length, 8);
    else throws(() => graph.topologicalOrder(), CycleError);
  }));
});

Deno.test("walks over a chain of 100 000 nodes do not overflow", () => {
  const graph = new FlowGraph();
  for (let i = 0; i < 100_000; i++) {
    graph.addNode(`n${i}`, {});
    if (i > 0) graph.addEdge(`n${i - 1}`, `n${i}`, depends);
  }
  strictEqual(graph.topologicalOrder().length, 100_000);
  strictEqual(graph.ancestors("n99999").length, 99_999);
  strictEqual(graph.hasCycles(), false);
  throws(() => graph.addEdge("n99999", "n0", depends), CycleError);
});

Deno.test("addEdge() walks nowhere where an edge is added at an end of the graph", () => {
  const graph = new FlowGraph();
  const count = 3_000;
  for (let i = 0; i < count; i++) graph.addNode(`k${i}`, {});
  const { raw } = graph, walk = raw.forEachOutEdge;
  let visits = 0;
  Object.defineProperty(raw, "forEachOutEdge", {
    value: (...args: Parameters<typeof walk>) => (visits++, Reflect.apply(walk, raw, args)),
  });
  for (let i = count - 1; i > 0; i--) {
    graph.addEdge(`k${i - 1}`, `k${i}`, { edgeType: "depends_on" });
  }
  strictEqual(visits, 0);
  throws(() => graph.addEdge(`k${count - 1}`, "k0", { edgeType: "depends_on" }), CycleError);
});
