import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { DirectedGraph } from "graphology";
import { hasCycle } from "graphology-dag";
import {
  DuplicateEdgeError,
  DuplicateNodeError,
  InvalidInputError,
  TaskgraphError,
  TaskNotFoundError,
} from "../error/index.ts";
import type { TaskGraphSerialized } from "../schema/graph.ts";
import { chain, diamond, task } from "../test_graphs.ts";
import { TaskGraph } from "./construction.ts";

Deno.test("a new TaskGraph is empty, and its raw graph is always the same", () => {
  const graph = new TaskGraph();
  strictEqual(graph.taskCount(), 0);
  strictEqual(graph.raw, graph.raw);
  ok(graph.raw instanceof DirectedGraph);
  deepStrictEqual(
    [graph.raw.type, graph.raw.multi, graph.raw.allowSelfLoops],
    ["directed", false, false],
  );
  deepStrictEqual(graph.export(), {
    attributes: {},
    options: { type: "directed", multi: false, allowSelfLoops: false },
    nodes: [],
    edges: [],
  });
});

Deno.test("raw answers what the graph library's own algorithms ask", () => {
  strictEqual(hasCycle(diamond().raw), false);
  deepStrictEqual(diamond().raw.outNeighbors("A"), ["B", "C"]);
  strictEqual(diamond().raw.hasEdge("A", "B"), true);
  strictEqual(diamond().raw.hasEdge("B", "A"), false);
  strictEqual(diamond().raw.hasEdge("A", "nobody"), false);
  strictEqual(diamond().raw.hasDirectedEdge("A->B"), true);
});

Deno.test("_edgeKey() is source, arrow, target, and open to subclasses", () => {
  class Spelling extends TaskGraph {
    spell(source: string, target: string): string {
      return this._edgeKey(source, target);
    }
  }
  strictEqual(new Spelling().spell("a", "b"), "a->b");
});

Deno.test("fromTasks() refuses the first repeated id", () => {
  throws(() => TaskGraph.fromTasks([task("a"), task("b"), task("b"), task("a")]), {
    name: "DuplicateNodeError",
    message: "Duplicate node: b",
    taskId: "b",
  });
});

Deno.test("fromTasks() keeps what analysis needs, leaving out null and undefined", () => {
  const graph = TaskGraph.fromTasks([{
    ...task("a"),
    status: "pending",
    scope: null,
    risk: "high",
    impact: "phase",
    level: "review",
    priority: "low",
    tags: ["x"],
    assignee: "me",
    due: "today",
    created: "c",
    modified: "m",
  }]);
  deepStrictEqual(graph.getTask("a"), {
    name: "a",
    status: "pending",
    risk: "high",
    impact: "phase",
    level: "review",
    priority: "low",
  });
});

Deno.test("fromTasks() collapses repeated dependencies, with the default retention", () => {
  const graph = TaskGraph.fromTasks([task("a"), task("b", "a", "a")]);
  deepStrictEqual(graph.raw.edges(), ["a->b"]);
  deepStrictEqual(graph.raw.getEdgeAttributes("a->b"), { qualityRetention: 0.9 });
});

Deno.test("fromTasks() appends unknown prerequisites after all tasks, by first mention", () => {
  const graph = TaskGraph.fromTasks([task("b", "z", "c", "y"), task("c", "y", "x")]);
  deepStrictEqual(graph.raw.nodes(), ["b", "c", "z", "y", "x"]);
  deepStrictEqual(graph.getTask("z"), { name: "z" });
});

Deno.test("fromTasks() lets the graph library refuse a task that depends on itself", () => {
  throws(
    () => TaskGraph.fromTasks([task("a", "a")]),
    (error) => error instanceof Error && !(error instanceof TaskgraphError),
  );
});

Deno.test("fromRecords() ignores dependsOn and takes the edges", () => {
  const graph = TaskGraph.fromRecords([task("a", "b"), task("b")], [
    { from: "a", to: "b", qualityRetention: 0.5 },
  ]);
  deepStrictEqual(graph.raw.edges(), ["a->b"]);
  deepStrictEqual(graph.raw.getEdgeAttributes("a->b"), { qualityRetention: 0.5 });
  deepStrictEqual(
    TaskGraph.fromRecords([task("a"), task("b")], [{ from: "a", to: "b" }]).raw
      .getEdgeAttributes("a->b"),
    { qualityRetention: 0.9 },
  );
});

Deno.test("fromRecords() takes a retention of null, which JSON may hold, for one not told", () => {
  const edges = JSON.parse('[{"from":"a","to":"b","qualityRetention":null}]');
  const { raw } = TaskGraph.fromRecords([task("a"), task("b")], edges);
  deepStrictEqual(raw.getEdgeAttributes("a->b"), { qualityRetention: 0.9 });
});

Deno.test("fromRecords() is strict about ids, ends and repetitions, in that order", () => {
  const tasks = [task("a"), task("b")], edge = { from: "a", to: "b" };
  throws(() => TaskGraph.fromRecords([task("a"), task("a")], []), DuplicateNodeError);
  throws(() => TaskGraph.fromRecords(tasks, [{ from: "x", to: "y" }]), { taskId: "x" });
  throws(() => TaskGraph.fromRecords(tasks, [{ from: "a", to: "y" }]), { taskId: "y" });
  throws(() => TaskGraph.fromRecords(tasks, [edge, edge]), {
    name: "DuplicateEdgeError",
    message: "Duplicate edge: a → b",
    prerequisite: "a",
    dependent: "b",
  });
  const cycle = TaskGraph.fromRecords(tasks, [edge, { from: "b", to: "a" }]);
  strictEqual(cycle.hasCycles(), true);
});

Deno.test("fromJSON() fills the target it is given and returns it", () => {
  const target = new TaskGraph();
  strictEqual(TaskGraph.fromJSON(chain().export(), target), target);
  deepStrictEqual(target.export(), chain().export());
  deepStrictEqual(new TaskGraph(chain().export()).export(), chain().export());
});

Deno.test("fromJSON() keeps lone tasks and shares nothing with its input", () => {
  const data = TaskGraph.fromTasks([task("alone")]).export();
  const graph = TaskGraph.fromJSON(data);
  graph.updateTask("alone", { name: "changed" });
  strictEqual(data.nodes[0]?.attributes.name, "alone");
});

const BROKEN: [field: string, change: Record<string, unknown>][] = [
  ["options", { options: undefined }],
  ["nodes/0/key", { nodes: [{ key: 1, attributes: { name: "a" } }] }],
  ["options/multi", { options: { type: "directed", multi: true, allowSelfLoops: false } }],
  ["nodes/0/attributes/risk", { nodes: [{ key: "a", attributes: { name: "a", risk: null } }] }],
];

for (const [field, change] of BROKEN) {
  Deno.test(`fromJSON() names the field ${field} when it is wrong`, () => {
    const broken: Record<string, unknown> = { ...new TaskGraph().export(), ...change };
    if (change["options"] === undefined && "options" in change) delete broken["options"];
    // A caller in JavaScript can pass anything.
    const data = broken as unknown as TaskGraphSerialized;
    throws(() => TaskGraph.fromJSON(data), (error) => {
      ok(error instanceof InvalidInputError);
      strictEqual(error.field, field);
      return true;
    });
  });
}

Deno.test("fromJSON() lets the graph library refuse an edge that leads nowhere", () => {
  const data = chain().export();
  data.edges.push({ key: "D->x", source: "D", target: "x", attributes: {} });
  throws(
    () => TaskGraph.fromJSON(data),
    (error) => error instanceof Error && !(error instanceof TaskgraphError),
  );
});

Deno.test("addTask() stores attributes as given and refuses a taken id", () => {
  const graph = new TaskGraph();
  strictEqual(graph.addTask("a", { name: "A", risk: "low" }), undefined);
  deepStrictEqual(graph.getTask("a"), { name: "A", risk: "low" });
  throws(() => graph.addTask("a", { name: "again" }), DuplicateNodeError);
});

Deno.test("addDependency() looks for the prerequisite, the dependent, then the edge", () => {
  const graph = chain();
  throws(() => graph.addDependency("x", "y"), { name: "TaskNotFoundError", taskId: "x" });
  throws(() => graph.addDependency("A", "y"), { name: "TaskNotFoundError", taskId: "y" });
  throws(() => graph.addDependency("A", "B"), DuplicateEdgeError);
  strictEqual(graph.addDependency("A", "C", 0.2), undefined);
  deepStrictEqual(graph.raw.getEdgeAttributes("A->C"), { qualityRetention: 0.2 });
});

Deno.test("two edges that would spell the same key are never taken for one", () => {
  const tasks = [task("a"), task("b->c", "a"), task("a->b"), task("c", "a->b")];
  throws(() => TaskGraph.fromTasks(tasks), /already exists/);
});

Deno.test("JSON.stringify() of a graph comes back through fromJSON()", () => {
  const graph = diamond();
  const copy = TaskGraph.fromJSON(JSON.parse(JSON.stringify(graph)));
  deepStrictEqual(copy.export(), graph.export());
});

Deno.test("subgraph() keeps matching tasks and the edges between them, as a copy", () => {
  const graph = diamond();
  const asked: string[] = [];
  const part = graph.subgraph((id, { name }) => {
    asked.push(id);
    return name !== "C";
  });
  deepStrictEqual(asked, ["A", "B", "C", "D"]);
  deepStrictEqual(part.raw.edges(), ["A->B", "B->D"]);
  deepStrictEqual(part.raw.getEdgeAttributes("A->B"), { qualityRetention: 0.9 });
  part.updateTask("A", { name: "changed" });
  part.updateEdgeAttributes("A", "B", { qualityRetention: 0 });
  deepStrictEqual(graph.export(), diamond().export());
});

Deno.test("TaskNotFoundError is thrown for unknown tasks by queries and updates alike", () => {
  const graph = chain();
  for (
    const ask of [
      () => graph.dependencies("x"),
      () => graph.dependents("x"),
      () => graph.updateTask("x", {}),
    ]
  ) throws(ask, (error) => error instanceof TaskNotFoundError && error.taskId === "x");
});
