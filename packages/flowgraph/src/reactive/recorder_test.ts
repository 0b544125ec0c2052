import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  Conditional,
  h,
  Map as MapComponent,
  Parallel,
  type UElement,
  type UNode,
} from "../component/index.ts";
import { WorkflowReactiveRoot } from "./workflow_reactive_root.ts";
import { op, seq } from "../../testing/elements.ts";

const when = (holds: boolean, ...ways: UNode[]) => h(Conditional, { test: () => holds }, ways);

/** Runs a template; every first attempt of a node called "twice" fails. */
async function callGraphOf(template: UElement, input?: unknown) {
  const root = new WorkflowReactiveRoot(template, {
    id: "w",
    invoke: (operation, _input, { attempt }) =>
      operation === "twice" && attempt === 1
        ? Promise.reject(new Error("no"))
        : Promise.resolve(operation),
  });
  await root.start(input);
  return root.callGraph;
}

async function dependencies(template: UElement): Promise<string[]> {
  const graph = await callGraphOf(template);
  const found: string[] = [];
  graph.forEachEdge((key, { edgeType }) => edgeType === "depends_on" && found.push(key));
  return found.sort();
}

const ROWS: [what: string, template: UElement, edges: string[]][] = [
  ["the call before it", seq(op("a"), op("b"), op("c")), ["w/a/1->w/b/1", "w/b/1->w/c/1"]],
  [
    "all calls of a Parallel before it, and the first of it on what was before",
    seq(op("a"), h(Parallel, {}, op("b"), op("c")), op("d")),
    ["w/a/1->w/b/1", "w/a/1->w/c/1", "w/b/1->w/d/1", "w/c/1->w/d/1"],
  ],
  [
    "the way that a conditional took",
    seq(op("a"), when(false, op("b"), op("c")), op("d")),
    ["w/a/1->w/c/1", "w/c/1->w/d/1"],
  ],
  [
    "the only way of a conditional, and on nothing before it",
    seq(op("a"), when(true, op("b")), op("c")),
    ["w/a/1->w/b/1", "w/b/1->w/c/1"],
  ],
  [
    "what was before a conditional that had nothing to do",
    seq(op("a"), when(false, op("b")), op("c")),
    ["w/a/1->w/c/1"],
  ],
  [
    "the last attempt of what was before it",
    seq(op("a"), op("twice", { retries: 1 }), op("c")),
    ["w/a/1->w/twice/1", "w/a/1->w/twice/2", "w/twice/2->w/c/1"],
  ],
];

for (const [what, template, edges] of ROWS) {
  Deno.test(`7.4.3: a call depends on ${what}`, async () => {
    deepStrictEqual(await dependencies(template), edges);
  });
}

Deno.test("each attempt is a call of the workflow that knows its node", async () => {
  const graph = await callGraphOf(op("twice", { retries: 1 }), 7);
  deepStrictEqual(graph.children("w"), ["w/twice/1", "w/twice/2"]);
  const { nodeId, attempt, status, input } = graph.getNodeAttributes("w/twice/2");
  deepStrictEqual([nodeId, attempt, status, input], ["twice", 2, "completed", 7]);
});

Deno.test("a call after thousands depends on the first hundred that are found", async () => {
  const items = Array.from({ length: 2_000 }, (_, i) => i);
  const map = (id: string) => h(MapComponent, { id, over: items }, op(id + id));
  const graph = await callGraphOf(seq(map("m"), map("n")));
  strictEqual(graph.order, 1 + 2 * items.length);
  strictEqual(graph.inDegree("w/n[1999]/nn/1"), 1 + 100);
});
