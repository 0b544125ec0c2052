import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Conditional, h, Map as MapComponent, Parallel } from "../component/index.ts";
import { FlowGraph } from "../graph/index.ts";
import { compileTemplate } from "../template/compile_template.ts";
import { validateTemplate } from "./validate_template.ts";
import { op, seq } from "../../testing/elements.ts";

const string = { type: "string" }, number = { type: "number" };
const strings = { type: "array", items: string };

const graph = FlowGraph.fromSpecs([
  { namespace: "text", name: "read", type: "query", inputSchema: {}, outputSchema: string },
  { namespace: "text", name: "count", type: "query", inputSchema: string, outputSchema: number },
  { namespace: "text", name: "join", type: "query", inputSchema: strings, outputSchema: string },
  { namespace: "text", name: "tail", type: "subscription", inputSchema: {}, outputSchema: string },
  { namespace: "any", name: "thing", type: "query", inputSchema: {}, outputSchema: {} },
]);

const ROWS: [what: string, template: ReturnType<typeof op>, issues: [string, string][]][] = [
  ["fits", seq(op("text.read"), op("text.count")), []],
  ["takes the other spelling of an operation", op("/text/read"), []],
  ["names an operation that there is not", op("text.write"), [
    ["unknown-operation", "text.write: there is no operation text.write within reach"],
  ]],
  ["has an output that does not fit", seq(op("text.count"), op("text.count")), [
    [
      "type-mismatch",
      "text.count#2: what comes in does not fit text.count: /: number is not string",
    ],
  ]],
  ["says its input itself", seq(op("text.count"), op("text.count", { input: "x" })), []],
  ["passes something unknown", seq(op("any.thing"), op("text.count")), []],
  ["passes what may be absent", seq(op("text.count", { optional: true }), op("text.count")), []],
  ["looks into a fork", seq(op("text.count"), h(Parallel, {}, op("text.count"))), [
    [
      "type-mismatch",
      "text.count#2: what comes in does not fit text.count: /: number is not string",
    ],
  ]],
  ["joins what fits", seq(h(Parallel, {}, op("text.read"), op("text.read")), op("text.join")), []],
  [
    "joins what does not fit",
    seq(h(Parallel, {}, op("text.read"), op("text.count")), op("text.join")),
    [
      [
        "type-mismatch",
        "text.join: what comes in does not fit text.join: /1: number is not string",
      ],
    ],
  ],
  [
    "may come from either way",
    seq(
      h(Conditional, { test: () => true }, op("text.read"), op("text.count")),
      op("text.count"),
    ),
    [
      [
        "type-mismatch",
        "text.count#2: what comes in does not fit text.count: /: number is not string",
      ],
    ],
  ],
  [
    "may come past a conditional",
    seq(
      op("text.count"),
      h(Conditional, { test: () => true }, op("text.read", { input: 1 })),
      op("text.count"),
    ),
    [
      [
        "type-mismatch",
        "text.count#2: what comes in does not fit text.count: /: number is not string",
      ],
    ],
  ],
  ["maps", seq(h(MapComponent, { over: [1] }, op("text.read")), op("text.join")), []],
  [
    "maps to what does not fit",
    seq(h(MapComponent, { over: [1] }, op("text.count")), op("text.join")),
    [
      [
        "type-mismatch",
        "text.join: what comes in does not fit text.join: /*: number is not string",
      ],
    ],
  ],
  ["has an unknown operation in a map", h(MapComponent, { over: [1] }, op("no.such")), [
    ["unknown-operation", "no.such: there is no operation no.such within reach"],
  ]],
  ["calls a subscription", op("text.tail"), [
    ["invalid-props", "text.tail: text.tail is a subscription: it needs collect"],
  ]],
  ["gathers a subscription", seq(op("text.tail", { collect: true }), op("text.join")), []],
  ["has issues of its own", op("text.read", { retries: -1, input: "$.nobody" }), [
    ["invalid-props", "text.read: retries must be a whole number from 0"],
    ["dangling-reference", "text.read: $.nobody refers to a node that does not exist"],
  ]],
];

for (const [what, template, issues] of ROWS) {
  Deno.test(`validateTemplate(): a template that ${what}`, () => {
    const found = validateTemplate(template, graph);
    deepStrictEqual(found.map(({ category, message }) => [category, message]), issues);
    for (const { type, nodes } of found) deepStrictEqual([type, nodes?.length], ["graph", 1]);
  });
}

Deno.test("validateTemplate(): operations outside the caller's reach are unknown", () => {
  const template = op("text.read");
  const allowed = new Set(["text.count"]);
  strictEqual(validateTemplate(template, graph, { allowed })[0]?.category, "unknown-operation");
  const scoped = graph.subgraph((key) => allowed.has(key));
  strictEqual(validateTemplate(template, scoped)[0]?.category, "unknown-operation");
  deepStrictEqual(validateTemplate(op("text.count"), scoped), []);
});

Deno.test("validateTemplate() takes a compiled template", () => {
  strictEqual(validateTemplate(compileTemplate(op("no.such")), graph).length, 1);
});

Deno.test("validateTemplate() survives a chain of 100 000 nodes and of 10 000 conditionals", () => {
  const chain = Array.from({ length: 100_000 }, () => op("any.thing"));
  deepStrictEqual(validateTemplate(seq(...[chain]), graph), []);
  const test = () => true;
  const ways = Array.from({ length: 10_000 }, () => h(Conditional, { test }, op("text.read")));
  deepStrictEqual(validateTemplate(seq(op("text.read"), ways, op("text.count")), graph), []);
});

Deno.test("validateTemplate() survives joins whose schemas multiply", () => {
  const way = () => h(Conditional, { test: () => true }, op("text.count"));
  const joins = Array.from(
    { length: 30 },
    () => h(Parallel, {}, [1, 2, 3, 4, 5, 6, 7, 8].map(way)),
  );
  const issues = validateTemplate(seq(joins), graph);
  deepStrictEqual([...new Set(issues.map(({ category }) => category))], ["type-mismatch"]);
});

Deno.test("validateTemplate() survives a Parallel of more children than a call takes arguments", () => {
  const children = Array.from({ length: 200_000 }, () => op("any.thing"));
  deepStrictEqual(validateTemplate(h(Parallel, {}, children), graph), []);
});
