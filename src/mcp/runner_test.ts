import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createRunners, type Nodes } from "./runner.ts";

type LiveNodes = ReturnType<Nodes["nodes"]>;

const nodes = (...started: [id: string, startedAt: number][]): LiveNodes =>
  started.map(([id, startedAt]) => ({ id, epoch: 1, info: { startedAt } }));

Deno.test("a process is there while its node is among the live ones, and was not started again", () => {
  let live = nodes(["n1", 1], ["n2", 2]);
  const { own, isAlive } = createRunners({ node: "n1", nodes: () => live });
  deepStrictEqual(own, { node: "n1", startedAt: 1 });
  strictEqual(isAlive({ node: "n2", startedAt: 2 }), true);
  live = nodes(["n1", 1], ["n2", 3]);
  strictEqual(isAlive({ node: "n2", startedAt: 2 }), false);
  strictEqual(isAlive({ node: "n2", startedAt: 3 }), true);
  live = nodes(["n1", 1]);
  strictEqual(isAlive({ node: "n2", startedAt: 3 }), false);
});

Deno.test("a process knows that it is there, though its node is off the list for a moment", () => {
  let live = nodes(["n1", 1]);
  const { own, isAlive } = createRunners({ node: "n1", nodes: () => live });
  live = [];
  strictEqual(isAlive(own), true);
  strictEqual(isAlive({ node: "n1", startedAt: 0 }), false, "one before it");
});
