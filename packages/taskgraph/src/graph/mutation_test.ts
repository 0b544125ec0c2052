import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { chain } from "../test_graphs.ts";
import { removeDependency, removeTask, updateEdgeAttributes, updateTask } from "./mutation.ts";

Deno.test("removeTask() drops the task and its edges, and is silent about strangers", () => {
  const { raw } = chain();
  removeTask(raw, "B");
  removeTask(raw, "nobody");
  deepStrictEqual(raw.nodes(), ["A", "C", "D"]);
  deepStrictEqual(raw.edges(), ["C->D"]);
});

Deno.test("removeDependency() drops one edge, and is silent about strangers", () => {
  const { raw } = chain();
  removeDependency(raw, "A", "B");
  removeDependency(raw, "B", "A");
  deepStrictEqual(raw.edges(), ["B->C", "C->D"]);
  strictEqual(raw.order, 4);
});

Deno.test("updateTask() merges into the live attributes", () => {
  const graph = chain(), before = graph.getTask("A");
  updateTask(graph.raw, "A", { risk: "low" });
  updateTask(graph.raw, "A", { scope: "broad" });
  deepStrictEqual(graph.getTask("A"), { name: "A", risk: "low", scope: "broad" });
  strictEqual(graph.getTask("A"), before);
});

Deno.test("updateEdgeAttributes() merges, and reports a missing edge by its key", () => {
  const { raw } = chain();
  updateEdgeAttributes(raw, "A", "B", { qualityRetention: 0.1 });
  deepStrictEqual(raw.getEdgeAttributes("A->B"), { qualityRetention: 0.1 });
  throws(() => updateEdgeAttributes(raw, "B", "A", {}), {
    name: "TaskNotFoundError",
    taskId: "B->A",
    message: "Task not found: B->A",
  });
});
