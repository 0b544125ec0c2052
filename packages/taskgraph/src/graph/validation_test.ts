import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { TaskGraphNodeAttributes } from "../schema/graph.ts";
import { chain, cyclic } from "../test_graphs.ts";
import { TaskGraph } from "./construction.ts";
import { validate, validateGraph, validateSchema } from "./validation.ts";

Deno.test("validate() finds nothing in a sound graph", () => {
  deepStrictEqual(validate(chain().raw), []);
});

Deno.test("validateSchema() reports each error of each task with its value", () => {
  const graph = new TaskGraph();
  // A caller in JavaScript can pass anything.
  graph.addTask("a", { name: "a", risk: "wild" } as unknown as TaskGraphNodeAttributes);
  graph.addTask("b", {} as unknown as TaskGraphNodeAttributes);
  const errors = validateSchema(graph.raw);
  deepStrictEqual(errors[0], {
    type: "schema",
    taskId: "a",
    field: "risk",
    message: "Expected union value",
    value: "wild",
  });
  deepStrictEqual(errors.slice(1).map(({ taskId, field }) => [taskId, field]), [
    ["b", "name"],
    ["b", "name"],
  ]);
});

Deno.test("validateGraph() counts cycles in one error", () => {
  deepStrictEqual(validateGraph(cyclic().raw), [{
    type: "graph",
    category: "cycle",
    message: "Graph contains 1 cycle",
    details: [["A", "B", "C"]],
  }]);
  const graph = chain();
  graph.addDependency("B", "A");
  graph.addDependency("D", "C");
  strictEqual(validateGraph(graph.raw)[0]?.message, "Graph contains 2 cycles");
});

Deno.test("validateGraph() reports edges whose ends are gone", () => {
  const { raw } = chain();
  const broken = new Proxy(raw, {
    get(target, name) {
      if (name === "hasNode") return (id: string) => id !== "B";
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  deepStrictEqual(
    validateGraph(broken).map((error) => [error.category, error.taskId, error.message]),
    [
      ["dangling-reference", "B", "Edge references non-existent target node: B"],
      ["dangling-reference", "B", "Edge references non-existent source node: B"],
    ],
  );
});

Deno.test("validate() lists schema errors before graph errors", () => {
  const graph = cyclic();
  graph.addTask("x", {} as unknown as TaskGraphNodeAttributes);
  deepStrictEqual(graph.validate().map(({ type }) => type), ["schema", "schema", "graph"]);
});
