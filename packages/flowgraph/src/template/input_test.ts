import { deepStrictEqual } from "node:assert/strict";
import {
  Conditional,
  h,
  Map as MapComponent,
  Parallel,
  Sequential,
  type UNode,
} from "../component/index.ts";
import { TestHost } from "../../testing/host.ts";
import { op, seq } from "../../testing/elements.ts";

/** What `last` is called with, after a template in which `a` gives {n: [10, {deep: "x"}], "k.l": 1}. */
function inputOfLast(before: UNode, input: unknown): unknown {
  const props = input === undefined ? {} : { input };
  const host = new TestHost(seq(before, op("last", props)));
  const a = { n: [10, { deep: "x" }], "k.l": 1 };
  host.run({ wf: [1, 2] }, ({ operationId, input: came }) => ({
    output: operationId === "a" ? a : came,
  }));
  return host.invoked.find(({ nodeId }) => nodeId === "last")?.input;
}

const a = op("a"), output = { n: [10, { deep: "x" }], "k.l": 1 };
const test = () => false;

const ROWS: [what: string, before: UNode, input: unknown, expected: unknown][] = [
  ["absent: what comes in", a, undefined, output],
  ["absent, first: the workflow's input", null, undefined, { wf: [1, 2] }],
  ["absent, after a fork: the outputs in child order", h(Parallel, {}, a, op("b")), undefined, [
    output,
    { wf: [1, 2] },
  ]],
  ["absent, after a sequence: its last", seq(op("b"), a), undefined, output],
  [
    "absent, after a conditional not taken: what came into it",
    seq(a, h(Conditional, { test }, op("b"))),
    undefined,
    output,
  ],
  [
    "absent, after a map: the items' outputs",
    h(MapComponent, { over: [1, 2] }, op("b")),
    undefined,
    [1, 2],
  ],
  ["a value", a, { x: [1, null] }, { x: [1, null] }],
  ["the workflow's input", a, "$.input", { wf: [1, 2] }],
  ["a path into the workflow's input", a, "$.input.wf[1]", 2],
  ["an index with a dot", a, "$.input.wf.0", 1],
  ["what comes in", a, "$.output.n[0]", 10],
  ["a node", a, "$.a", output],
  ["a path into a node", a, "$.a.n[1].deep", "x"],
  ["a path that leads nowhere", a, { gone: "$.a.n[7].deep", here: 1 }, { here: 1 }],
  ["a path that leads nowhere, in a list", a, ["$.a.none"], [null]],
  ["a path through a prototype", a, { gone: "$.a.constructor.name" }, {}],
  ["a length", a, "$.a.n.length", 2],
  ["references anywhere inside", a, { x: ["$.a.n[0]", { y: "$.input.wf" }] }, {
    x: [10, { y: [1, 2] }],
  }],
  ["a reference that is not the whole string", a, "see $.a", "see $.a"],
  ["an escaped reference", a, ["$$.a", "$$", "$"], ["$.a", "$$", "$"]],
  ["the longest id", seq(op("b"), op("c", { id: "b.n" }), a), ["$.b.n", "$.b"], [{ wf: [1, 2] }, {
    wf: [1, 2],
  }]],
  ["an id with brackets and dots", seq(op("c", { id: "x[0].y" })), "$.x[0].y.wf[0]", 1],
  ["a node twice removed", seq(a, h(Parallel, {}, op("b"), op("c"))), "$.a.n[0]", 10],
  ["a fork by its id", h(Parallel, { id: "p" }, op("b"), op("c")), "$.p[1].wf[0]", 1],
  ["a sequence by its id", h(Sequential, { id: "s" }, op("b"), a), "$.s.n[0]", 10],
  ["a map by its id", h(MapComponent, { id: "m", over: [7] }, op("b")), "$.m", [7]],
  ["a branch that was not taken", h(Conditional, { test }, op("b")), { gone: "$.b", x: 1 }, {
    x: 1,
  }],
  [
    "a function of input and output",
    a,
    (scope: { input: unknown; output: unknown }) => [scope.input, scope.output],
    [{ wf: [1, 2] }, output],
  ],
  [
    "a function of results",
    seq(op("b"), h(Parallel, { id: "p" }, op("c")), a),
    ({ results }: { results: object }) => Object.keys(results).sort(),
    ["a", "b", "c", "p"],
  ],
];

for (const [what, before, input, expected] of ROWS) {
  Deno.test(`5.1: an input that is ${what}`, () => {
    deepStrictEqual(inputOfLast(before, input), expected);
  });
}

Deno.test("5.1: results are those of ancestors only, so that speed decides nothing", () => {
  const input = ({ results }: { results: object }) => Object.keys(results).sort();
  const host = new TestHost(
    seq(op("a"), h(Parallel, {}, seq(op("fast"), op("x", { input })), op("slow"))),
  );
  host.start();
  host.succeed("a", 1);
  host.succeed("slow", 1);
  host.succeed("fast", 1);
  deepStrictEqual(host.invoked.at(-1)?.input, ["a", "fast"]);
});

Deno.test("5.1: inside a map functions see the item, its place, and results of the same item", () => {
  const input = (scope: Record<string, unknown>) => [
    scope.row,
    scope.index,
    Object.keys(Object(scope.results)).sort(),
  ];
  const body = seq(op("first"), op("second", { input }));
  const host = new TestHost(
    seq(
      op("a"),
      h(MapComponent, { id: "m", over: ["x", "y"], as: "row" }, body),
      op("z", {
        input: ({ results }: { results: object }) => Object.keys(results).sort(),
      }),
    ),
  );
  host.run("in");
  const second = host.invoked.filter(({ operationId }) => operationId === "second");
  deepStrictEqual(second.map((call) => call.input), [
    ["x", 0, ["a", "first"]],
    ["y", 1, ["a", "first"]],
  ]);
  deepStrictEqual(
    host.invoked.at(-1)?.input,
    [
      "a",
      "m",
      "m[0]/first",
      "m[0]/second",
      "m[1]/first",
      "m[1]/second",
    ],
  );
});

Deno.test("5.1: the input of a template is copied, never shared", () => {
  const input = { list: [1] };
  const host = new TestHost(op("last", { input }));
  host.start();
  const [call] = host.invoked;
  Object(call?.input).list.push(2);
  deepStrictEqual(input, { list: [1] });
});
