import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import {
  DuplicateEdgeError,
  DuplicateNodeError,
  FlowGraph,
  FlowGraphError,
  NodeNotFoundError,
} from "./index.ts";

const options = { type: "directed", multi: false, allowSelfLoops: false };
const a = { key: "a", attributes: {} }, b = { key: "b", attributes: {} };
const edge = { key: "a->b", source: "a", target: "b", attributes: { edgeType: "depends_on" } };
const call = { requestId: "c", operationId: "o", status: "pending" };

Deno.test("export() is graphology's own JSON, and fromJSON() its inverse", () => {
  const data = { attributes: { name: "g" }, options, nodes: [a, b], edges: [edge] };
  const graph = FlowGraph.fromJSON(data);
  deepStrictEqual(graph.export(), data);
  deepStrictEqual(JSON.parse(JSON.stringify(graph)), data);
});

Deno.test("a call graph goes on from its JSON as if it had never been stored", () => {
  const events = [
    { type: "call.responded", timestamp: 5, payload: { requestId: "c", output: 1 } },
    { type: "call.completed", timestamp: 9, payload: { requestId: "c" } },
    {
      type: "call.requested",
      timestamp: 1,
      payload: { requestId: "c", operationId: "sub", input: {}, parentRequestId: "p" },
    },
    {
      type: "call.requested",
      timestamp: 0,
      payload: { requestId: "p", operationId: "x", input: {} },
    },
  ] as const;
  const isSubscription = (id: string) => id === "sub";
  for (let cut = 0; cut <= events.length; cut++) {
    const whole = FlowGraph.fromCallEvents(events, { isSubscription });
    const part = FlowGraph.fromCallEvents(events.slice(0, cut), { isSubscription });
    const rest = FlowGraph.fromJSON(JSON.parse(JSON.stringify(part)), { isSubscription });
    for (const event of events.slice(cut)) rest.updateFromEvent(event);
    deepStrictEqual(
      rest.nodes().map((key) => rest.getNodeAttributes(key)),
      whole.nodes().map((key) => whole.getNodeAttributes(key)),
      `cut at ${cut}`,
    );
    deepStrictEqual(rest.edges(), whole.edges());
  }
});

const REFUSED: [
  what: string,
  data: unknown,
  error: new (...args: never[]) => Error,
  text: RegExp,
][] = [
  ["no object", 5, FlowGraphError, /Cannot read graph/],
  [
    "an undirected graph",
    { options: { ...options, type: "mixed" }, nodes: [], edges: [] },
    FlowGraphError,
    /options\/type/,
  ],
  [
    "a multigraph",
    { options: { ...options, multi: true }, nodes: [], edges: [] },
    FlowGraphError,
    /options\/multi/,
  ],
  ["no options", { nodes: [], edges: [] }, FlowGraphError, /options/],
  ["a node twice", { options, nodes: [a, a], edges: [] }, DuplicateNodeError, /node a/],
  ["an edge twice", { options, nodes: [a, b], edges: [edge, edge] }, DuplicateEdgeError, /a -> b/],
  ["an edge to nowhere", { options, nodes: [a], edges: [edge] }, NodeNotFoundError, /node b/],
  [
    "a self-loop",
    { options, nodes: [a], edges: [{ ...edge, target: "a" }] },
    FlowGraphError,
    /a -> a/,
  ],
  [
    "an edge without a type",
    { options, nodes: [a, b], edges: [{ ...edge, attributes: {} }] },
    FlowGraphError,
    /edgeType/,
  ],
  [
    "evidence of another shape",
    { attributes: { callEvidence: { c: { aborted: 5 } } }, options, nodes: [], edges: [] },
    FlowGraphError,
    /callEvidence.*aborted/,
  ],
  [
    "an unknown edge type",
    { options, nodes: [a, b], edges: [{ ...edge, attributes: { edgeType: "likes" } }] },
    FlowGraphError,
    /edgeType/,
  ],
  [
    "a typed edge without verdict",
    { options, nodes: [a, b], edges: [{ ...edge, attributes: { edgeType: "typed" } }] },
    FlowGraphError,
    /edge a -> b.*compatible/,
  ],
  [
    "a call of no known status",
    { options, nodes: [{ key: "c", attributes: { ...call, status: "odd" } }], edges: [] },
    FlowGraphError,
    /node c: \/status/,
  ],
  [
    "a call without a request id",
    { options, nodes: [{ key: "c", attributes: { operationId: "o" } }], edges: [] },
    FlowGraphError,
    /node c: \/requestId/,
  ],
  [
    "an operation of no kind",
    {
      options,
      nodes: [{ key: "n.o", attributes: { name: "o", namespace: "n", type: "job" } }],
      edges: [],
    },
    FlowGraphError,
    /node n\.o: \/type/,
  ],
];

for (const [what, data, error, text] of REFUSED) {
  Deno.test(`fromJSON() refuses ${what}`, () => {
    throws(() => FlowGraph.fromJSON(data), (thrown) => {
      ok(thrown instanceof error, String(thrown));
      ok(text.test(thrown.message), thrown.message);
      return true;
    });
  });
}

Deno.test("an operation graph keeps its other spellings", () => {
  const graph = FlowGraph.fromSpecs([{ namespace: "fs", name: "read", type: "query" }]);
  const again = FlowGraph.fromJSON(JSON.parse(JSON.stringify(graph)));
  strictEqual(again.hasNode("/fs/read"), true);
});
