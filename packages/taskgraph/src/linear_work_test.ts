import { ok, strictEqual } from "node:assert/strict";
import { longestChain } from "./analysis/longest_chain.ts";
import { findIndexedCycles } from "./graph/cycles.ts";
import { type IndexedGraph, indexGraph } from "./graph/indexed_graph.ts";
import { orderIndexed } from "./graph/topology.ts";
import { TaskGraph, workflowCost } from "./index.ts";
import { longChain } from "./test_graphs.ts";

/** Layers of which each task depends on every task of the layer before. */
function layers(count: number, width: number): TaskGraph {
  const graph = new TaskGraph();
  for (let i = 0; i < count * width; i++) graph.addTask(`t${i}`, { name: `t${i}` });
  for (let i = width; i < count * width; i++) {
    const before = (Math.floor(i / width) - 1) * width;
    for (let k = 0; k < width; k++) graph.addDependency(`t${before + k}`, `t${i}`);
  }
  return graph;
}

const GRAPHS: [name: string, graph: TaskGraph][] = [
  ["a chain of 2 000", longChain(2_000)],
  ["20 full layers of 20", layers(20, 20)],
];

interface Tally {
  visits: number;
}

/** The same array, which counts how often it is read; what copies it reads it whole. */
function counting(array: Int32Array, tally: Tally): Int32Array {
  return new Proxy(array, {
    get(target, key) {
      const value = Reflect.get(target, key);
      if (typeof key === "string" && /^\d+$/.test(key)) tally.visits++;
      if (typeof value !== "function") return value;
      tally.visits += target.length;
      return value.bind(target);
    },
  });
}

function countingGraph(graph: TaskGraph, tally: Tally): IndexedGraph {
  const { ids, outStart, outTo, inStart, inFrom } = indexGraph(graph.raw);
  return {
    ids,
    outStart: counting(outStart, tally),
    outTo: counting(outTo, tally),
    inStart: counting(inStart, tally),
    inFrom: counting(inFrom, tally),
  };
}

const ALGORITHMS: [name: string, run: (graph: IndexedGraph) => void][] = [
  ["an order", (graph) => void orderIndexed(graph)],
  ["a search for cycles", (graph) => void findIndexedCycles(graph)],
  ["a longest chain", (graph) => {
    // What is counted of the order is little, and linear as well.
    longestChain(orderIndexed(graph), new Float64Array(graph.ids.length).fill(1));
  }],
];

for (const [name, graph] of GRAPHS) {
  const { order, size } = graph.raw;
  for (const [what, run] of ALGORITHMS) {
    Deno.test(`${what} of ${name} visits nodes and edges a few times, not each from each`, () => {
      const tally = { visits: 0 };
      run(countingGraph(graph, tally));
      ok(tally.visits >= size, `${tally.visits} visits: the count itself is broken`);
      ok(tally.visits <= 6 * (order + size), `${tally.visits} visits, ${order} and ${size}`);
    });
  }

  Deno.test(`workflowCost() of ${name} asks each edge once what it passes on`, () => {
    let asked = 0;
    const copy = TaskGraph.fromJSON(graph.export());
    copy.raw.forEachEdge((_edge, attributes) => {
      Object.defineProperty(attributes, "qualityRetention", { get: () => (asked++, 0.5) });
    });
    workflowCost(copy);
    strictEqual(asked, size);
  });
}

Deno.test("neighbours whose ids are numbers are put in order without a look at other edges", () => {
  const graph = new TaskGraph();
  for (let i = 0; i < 50; i++) graph.addTask(`${i}`, { name: `${i}` });
  for (let i = 49; i > 0; i--) graph.addDependency(`${i}`, "0");
  const { raw } = graph;
  const refuse = () => {
    throw new Error("all edges were asked for");
  };
  for (const all of ["edges", "forEachEdge", "mapEdges", "filterEdges", "edgeEntries"]) {
    Object.defineProperty(raw, all, { value: refuse });
  }
  strictEqual(graph.dependencies("0").join(), Array.from({ length: 49 }, (_, i) => 49 - i).join());
});
