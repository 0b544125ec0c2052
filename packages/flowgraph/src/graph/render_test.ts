import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Conditional, h, Operation, Parallel, Sequential } from "../component/index.ts";
import { compileTemplate } from "../template/compile_template.ts";
import { FlowGraph, toDot, toMermaid } from "./index.ts";

function sample(): FlowGraph {
  const graph = new FlowGraph();
  graph.addCall({ requestId: "r", operationId: "fs.read", status: "completed" });
  graph.addCall({ requestId: "s", operationId: "fs.stat", status: "failed", parentRequestId: "r" });
  graph.addNode("t", {});
  graph.addEdge("s", "t", { edgeType: "depends_on" });
  graph.addNode("u", {});
  graph.addEdge("t", "u", { edgeType: "typed", compatible: true, detail: "fits" });
  graph.addEdge("u", "r", { edgeType: "typed", compatible: false, detail: "no" });
  return graph;
}

Deno.test("toMermaid() draws nodes, statuses and edges in order of insertion", () => {
  strictEqual(
    sample().toMermaid({ direction: "LR" }),
    `flowchart LR
  n0["fs.read<br/>r"]:::completed
  n1["fs.stat<br/>s"]:::failed
  n2["t"]
  n3["u"]
  n0 --> n1
  n1 -.-> n2
  n2 -->|"fits"| n3
  n3 -.-o|"no"| n0
  classDef completed fill:#b2f2bb
  classDef failed fill:#ffc9c9
`,
  );
});

Deno.test("toDot() draws the same with the same colours", () => {
  strictEqual(
    toDot(sample()),
    `digraph flow {
  rankdir=TB;
  node [shape=box, style=filled, fillcolor="#ffffff"];
  n0 [label="fs.read\\nr", class="completed", fillcolor="#b2f2bb"];
  n1 [label="fs.stat\\ns", class="failed", fillcolor="#ffc9c9"];
  n2 [label="t"];
  n3 [label="u"];
  n0 -> n1;
  n1 -> n2 [style="dashed"];
  n2 -> n3 [label="fits"];
  n3 -> n0 [style="dotted", label="no"];
}
`,
  );
});

Deno.test("a drawing of too many nodes says how many it left out", () => {
  const graph = new FlowGraph();
  for (let i = 0; i < 10; i++) graph.addNode(`${i}`, {});
  graph.addEdge("0", "9", { edgeType: "depends_on" });
  const text = toMermaid(graph, { maxNodes: 3 });
  deepStrictEqual(text.split("\n").filter((line) => line.includes("[")), [
    '  n0["0"]',
    '  n1["1"]',
    '  n2["2"]',
    '  omitted["7 more nodes"]',
  ]);
  ok(!text.includes("-.->"));
  ok(toDot(graph, { maxNodes: 3 }).includes('omitted [label="7 more nodes"];'));
});

Deno.test("labels and statuses may be told", () => {
  const graph = new FlowGraph<{ n: number }>();
  graph.addNode("a", { n: 7 });
  const text = toMermaid(graph, { label: (key, { n }) => `${key}=${n}`, status: () => "running" });
  ok(text.includes('n0["a#61;7"]:::running'), text);
});

Deno.test("without structure the neighbours of hidden nodes are joined", () => {
  const op = (name: string) => h(Operation, { name });
  const { graph } = compileTemplate(
    h(
      Sequential,
      {},
      op("a"),
      h(Parallel, {}, op("b"), op("c")),
      h(Conditional, { test: () => true }, op("d")),
      op("e"),
    ),
  );
  const edges = graph.toMermaid({ structural: false }).split("\n").filter((line) =>
    line.includes("-.->")
  );
  // a:n0 b:n1 c:n2 d:n3 e:n4
  deepStrictEqual(edges.map((line) => line.trim().replace(" -.-> ", ">")), [
    "n0>n1",
    "n0>n2",
    "n1>n3",
    "n1>n4",
    "n2>n3",
    "n2>n4",
    "n3>n4",
  ]);
});

const LINE =
  /^(flowchart TD| {2}n\d+\["[^"<>|[\]{}()`\n]*(<br\/>[^"<>|[\]{}()`\n]*)*"\](:::[a-z]+)?| {2}classDef [a-z]+ fill:#[0-9a-f]{6}|)$/;
const DOT_LABEL = /^ {2}n0 \[label="(\\.|[^"\\\n])*"\];$/;

const hostile = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.array(
    fc.constantFrom(
      '"',
      "]",
      "[",
      "-->",
      "\n",
      "\r\n",
      "#",
      ";",
      "%%",
      "<b>",
      "end",
      "\\",
      "|",
      "`",
      "{",
      "click n0",
    ),
  )
    .map((parts) => parts.join("")),
);

Deno.test("8.16: no label breaks out of its quotes", () => {
  fc.assert(
    fc.property(hostile, (label) => {
      const graph = new FlowGraph();
      graph.addNode("a", { status: "failed\n  click" });
      const mermaid = toMermaid(graph, { label: () => label });
      for (const line of mermaid.split("\n")) ok(LINE.test(line), JSON.stringify(line));
      const dot = toDot(graph, { label: () => label }).split("\n");
      strictEqual(dot.length, 6);
      ok(DOT_LABEL.test(dot[3] ?? ""), String(dot[3]));
    }),
    { numRuns: 500 },
  );
});

Deno.test("the same graph gives the same text", () => {
  strictEqual(toMermaid(sample()), toMermaid(sample()));
  strictEqual(toDot(sample()), toDot(FlowGraph.fromJSON(JSON.parse(JSON.stringify(sample())))));
});
