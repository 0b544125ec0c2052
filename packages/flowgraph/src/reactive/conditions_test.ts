import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Conditional, h, Parallel, Sequential } from "../component/index.ts";
import type { NodeStatus } from "../core/state.ts";
import { compileTemplate } from "../template/compile_template.ts";
import {
  computeBlockedByFailure,
  computePreconditions,
  registerStartEffect,
} from "./conditions.ts";
import { createWorkflowNodes, type WorkflowNode } from "./workflow_node.ts";
import { op } from "../../testing/elements.ts";

const nodesOf = (template: ReturnType<typeof op>) => createWorkflowNodes(compileTemplate(template));

function get(nodes: ReadonlyMap<string, WorkflowNode>, id: string): WorkflowNode {
  const node = nodes.get(id);
  if (node === undefined) throw new Error(`no node ${id}`);
  return node;
}

const ROWS: [status: NodeStatus, optional: boolean, ready: boolean, blocked: boolean][] = [
  ["idle", false, false, false],
  ["waiting", false, false, false],
  ["ready", false, false, false],
  ["running", false, false, false],
  ["completed", false, true, false],
  ["failed", false, false, true],
  ["failed", true, true, false],
  ["aborted", false, false, true],
  ["aborted", true, false, true],
  ["skipped", false, false, false],
];

for (const [status, optional, ready, blocked] of ROWS) {
  const what = `${optional ? "an optional" : "a"} predecessor that is ${status}`;
  Deno.test(`7.1: after ${what} a node is ready: ${ready}, blocked: ${blocked}`, () => {
    const nodes = nodesOf(h(Sequential, {}, op("a", { optional }), op("b")));
    get(nodes, "a").status.value = status;
    const b = get(nodes, "b");
    strictEqual(computePreconditions(b, nodes).value, ready);
    strictEqual(computeBlockedByFailure(b, nodes).value, blocked);
  });
}

Deno.test("7.1: a node is blocked by a failure however far before it", () => {
  const nodes = nodesOf(h(Sequential, {}, op("a"), op("b"), op("c"), op("d")));
  const blocked = computeBlockedByFailure(get(nodes, "d"), nodes);
  strictEqual(blocked.value, false);
  get(nodes, "a").status.value = "failed";
  strictEqual(blocked.value, true);
});

Deno.test("7.1: the join of a branch takes a skipped way, the join of a fork does not", () => {
  const branch = nodesOf(h(Conditional, { test: () => true }, op("a"), op("b")));
  const fork = nodesOf(h(Parallel, {}, op("a"), op("b")));
  for (const nodes of [branch, fork]) {
    get(nodes, "a").status.value = "completed";
    get(nodes, "b").status.value = "skipped";
  }
  strictEqual(computePreconditions(get(branch, "join:0"), branch).value, true);
  strictEqual(computePreconditions(get(fork, "join:0"), fork).value, false);
});

Deno.test("7.1: start effects carry readiness and failure through a graph, until disposed", () => {
  const nodes = nodesOf(h(Sequential, {}, op("a"), op("b"), op("c")));
  const stops = [...nodes.values()].map((node) => registerStartEffect(node, { nodes }));
  const statuses = () => [...nodes.values()].map(({ status }) => status.value);
  deepStrictEqual(statuses(), ["ready", "idle", "idle"]);
  get(nodes, "a").status.value = "completed";
  deepStrictEqual(statuses(), ["completed", "ready", "idle"]);
  get(nodes, "b").status.value = "failed";
  deepStrictEqual(statuses(), ["completed", "failed", "aborted"]);
  for (const stop of stops) stop();
  get(nodes, "c").status.value = "idle";
  deepStrictEqual(statuses(), ["completed", "failed", "idle"]);
});
