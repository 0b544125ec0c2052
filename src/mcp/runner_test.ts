import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createRunners, type Nodes } from "./runner.ts";

type LiveNodes = ReturnType<Nodes["nodes"]>;

const nodes = (...started: [id: string, startedAt: number][]): LiveNodes =>
  started.map(([id, startedAt]) => ({ id, epoch: 1, info: { startedAt } }));

const isSettled = () => true;

Deno.test("a process is there while its node is among the live ones, and was not started again", () => {
  let live = nodes(["n1", 1], ["n2", 2]);
  const { own, isGone } = createRunners({ node: "n1", isSettled, nodes: () => live });
  deepStrictEqual(own, { node: "n1", startedAt: 1 });
  strictEqual(isGone({ node: "n2", startedAt: 2 }), false);
  live = nodes(["n1", 1], ["n2", 3]);
  strictEqual(isGone({ node: "n2", startedAt: 2 }), true);
  strictEqual(isGone({ node: "n2", startedAt: 3 }), false);
  live = nodes(["n1", 1]);
  strictEqual(isGone({ node: "n2", startedAt: 3 }), true);
});

Deno.test("a process knows that it is there, though its node is off the list for a moment", () => {
  let live = nodes(["n1", 1]);
  const { own, isGone } = createRunners({ node: "n1", isSettled, nodes: () => live });
  live = [];
  strictEqual(isGone(own), false);
  strictEqual(isGone({ node: "n1", startedAt: 0 }), true, "one before it");
});

Deno.test("nobody is gone for certain to a node that has only just come back itself", () => {
  let settled = false;
  const live = nodes(["n1", 1]);
  const { isGone } = createRunners({ node: "n1", isSettled: () => settled, nodes: () => live });
  strictEqual(isGone({ node: "n2", startedAt: 2 }), false);
  settled = true;
  strictEqual(isGone({ node: "n2", startedAt: 2 }), true);
});
