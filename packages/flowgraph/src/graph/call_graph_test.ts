import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import type { CallNodeAttrs, CallStatus } from "../schema/index.ts";
import {
  type AnyCallEvent,
  CycleError,
  DuplicateNodeError,
  FlowGraph,
  InvalidTransitionError,
  isValidTransition,
} from "./index.ts";

const T = (second: number) => new Date(second * 1000).toISOString();

function requested(requestId: string, parentRequestId?: string, operationId = "op") {
  const parent = parentRequestId === undefined ? {} : { parentRequestId };
  return {
    type: "call.requested",
    payload: { requestId, operationId, input: { of: requestId }, ...parent },
  } as const;
}

function call(requestId: string, parentRequestId?: string): CallNodeAttrs {
  const parent = parentRequestId === undefined ? {} : { parentRequestId };
  return { requestId, operationId: "op", status: "pending", ...parent };
}

type Step = [event: AnyCallEvent, at: number];
const responded: Step = [{ type: "call.responded", payload: { requestId: "c", output: 1 } }, 5];
const completed: Step = [{ type: "call.completed", payload: { requestId: "c" } }, 6];
const failed: Step = [
  { type: "call.error", payload: { requestId: "c", code: "X", message: "x", details: { y: 1 } } },
  7,
];
const aborted: Step = [{ type: "call.aborted", payload: { requestId: "c" } }, 8];
const begun: Step = [requested("c"), 1];

function fold(steps: readonly Step[], options = {}): FlowGraph {
  const graph = new FlowGraph(options);
  for (const [event, at] of steps) graph.updateFromEvent(event, T(at));
  return graph;
}

const base = { requestId: "c", operationId: "op", input: { of: "c" }, requestedAt: T(1) };
const error = { code: "X", message: "x", details: { y: 1 } };

const EFFECTS: [what: string, steps: Step[], attrs: Record<string, unknown>][] = [
  ["a request", [begun], { ...base, status: "pending" }],
  ["a response", [begun, responded], {
    ...base,
    status: "completed",
    output: 1,
    startedAt: T(1),
    completedAt: T(5),
  }],
  ["a completion", [begun, completed], {
    ...base,
    status: "completed",
    startedAt: T(1),
    completedAt: T(6),
  }],
  ["an error", [begun, failed], {
    ...base,
    status: "failed",
    error,
    startedAt: T(1),
    completedAt: T(7),
  }],
  ["an abort", [begun, aborted], {
    ...base,
    status: "aborted",
    startedAt: T(1),
    completedAt: T(8),
  }],
  ["a response and a completion", [begun, completed, responded], {
    ...base,
    status: "completed",
    output: 1,
    startedAt: T(1),
    completedAt: T(5),
  }],
  ["an error after a response", [begun, responded, failed], {
    ...base,
    status: "completed",
    output: 1,
    startedAt: T(1),
    completedAt: T(5),
  }],
  ["a response before its request", [responded], {
    requestId: "c",
    operationId: "",
    placeholder: true,
    status: "completed",
    output: 1,
    completedAt: T(5),
  }],
];

for (const [what, steps, attrs] of EFFECTS) {
  Deno.test(`3.3: ${what} makes the call what it is`, () => {
    deepStrictEqual(fold(steps).getNodeAttributes("c"), attrs);
    deepStrictEqual(fold([...steps].reverse()).getNodeAttributes("c"), attrs);
  });
}

const TIES: [kinds: Step[], status: CallStatus][] = [
  [[completed, aborted], "aborted"],
  [[aborted, failed], "failed"],
  [[completed, aborted, failed], "failed"],
  [[responded, failed], "failed"],
];

for (const [steps, status] of TIES) {
  const kinds = steps.map(([event]) => "type" in event ? event.type : "");
  Deno.test(`3.3: of ${kinds} at the same time the call is ${status}`, () => {
    const same = steps.map(([event]): Step => [event, 5]);
    strictEqual(fold([begun, ...same]).getNodeAttributes("c").status, status);
    strictEqual(fold([...same.reverse(), begun]).getNodeAttributes("c").status, status);
  });
}

Deno.test("3.3: a subscription stays open, and keeps its last output", () => {
  const isSubscription = () => true;
  const again: Step = [{ type: "call.responded", payload: { requestId: "c", output: 2 } }, 9];
  for (const steps of [[begun, responded, again], [again, responded, begun]]) {
    deepStrictEqual(fold(steps, { isSubscription }).getNodeAttributes("c"), {
      ...base,
      status: "running",
      output: 2,
      startedAt: T(5),
    });
  }
  const ended = fold([begun, responded, completed], { isSubscription });
  strictEqual(ended.getNodeAttributes("c").status, "completed");
  strictEqual(ended.duration("c"), 1000);
});

Deno.test("3.3: a response envelope is stored as its data", () => {
  const meta = { source: "local", operationId: "op", timestamp: 1 };
  const event = { type: "call.responded", payload: { requestId: "c", output: { data: 7, meta } } };
  strictEqual(fold([begun, [event as AnyCallEvent, 2]]).getNodeAttributes("c").output, 7);
});

Deno.test("3.3: of several requests the earliest counts, then the smaller text", () => {
  const other: Step = [requested("c", undefined, "aa"), 0];
  strictEqual(fold([begun, other]).getNodeAttributes("c").operationId, "aa");
  const same: Step = [requested("c", undefined, "aa"), 1];
  for (const steps of [[begun, same], [same, begun]]) {
    // {"input":…,"operationId":"aa"} sorts before {"input":…,"operationId":"op"}
    strictEqual(fold(steps).getNodeAttributes("c").operationId, "aa");
  }
});

Deno.test("updateFromEvent() tells whether anything changed", () => {
  const graph = new FlowGraph();
  const changes = [begun, begun, responded, responded, completed, failed].map(([event, at]) =>
    graph.updateFromEvent(event, T(at))
  );
  deepStrictEqual(changes, [true, false, true, false, false, false]);
});

Deno.test("the time of an event is its timestamp, else the clock's", () => {
  const graph = new FlowGraph({ clock: () => T(99) });
  graph.updateFromEvent({ ...requested("a"), timestamp: 3000 });
  graph.updateFromEvent({ ...requested("b"), timestamp: T(4) });
  graph.updateFromEvent(requested("c"));
  deepStrictEqual(
    graph.nodes().map((key) => graph.getNodeAttributes(key).requestedAt),
    [T(3), T(4), T(99)],
  );
});

Deno.test("a child may come before its parent", () => {
  const graph = fold([[requested("child", "parent"), 2], [requested("parent"), 1]]);
  deepStrictEqual(graph.edges(), ["parent->child"]);
  deepStrictEqual(graph.children("parent"), ["child"]);
});

Deno.test("a request that moves its call to another parent moves the edge", () => {
  const graph = fold([
    [requested("p"), 0],
    [requested("q"), 0],
    [requested("c", "p"), 2],
    [requested("c", "q"), 1],
  ]);
  deepStrictEqual(graph.edges(), ["q->c"]);
});

const ids = ["a", "b", "c", "d"];
const events: fc.Arbitrary<Step> = fc.tuple(
  fc.nat(3),
  fc.nat(4),
  fc.nat(3),
  fc.integer({ min: 1, max: 4 }),
).map(([index, kind, other, at]) => {
  const requestId = ids[index] ?? "a";
  // A parent is always an earlier id, so that no call is its own ancestor.
  const parent = other < index ? ids[other] : undefined;
  const kinds: AnyCallEvent[] = [
    requested(requestId, parent, index === 0 ? "sub" : "op"),
    { type: "call.responded", payload: { requestId, output: other } },
    { type: "call.completed", payload: { requestId } },
    { type: "call.error", payload: { requestId, code: `E${other}`, message: "m" } },
    { type: "call.aborted", payload: { requestId } },
  ];
  return [kinds[kind] ?? requested(requestId), at];
});

function contents(graph: FlowGraph): unknown {
  const nodes = graph.nodes().sort().map((key) => [key, graph.getNodeAttributes(key)]);
  return { nodes, edges: graph.edges().sort() };
}

const isSubscription = (id: string) => id === "sub";

Deno.test("8.1: any order of events, with any of them repeated, gives the same graph", () => {
  const lists = fc.array(events, { maxLength: 14 }).chain((list) =>
    fc.tuple(
      fc.constant(list),
      fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
      fc.subarray(list),
    )
  );
  fc.assert(
    fc.property(lists, ([list, shuffled, repeated]) => {
      const expected = contents(fold(list, { isSubscription }));
      deepStrictEqual(contents(fold([...shuffled, ...repeated], { isSubscription })), expected);
      deepStrictEqual(contents(fold([...repeated, ...shuffled], { isSubscription })), expected);
    }),
    { numRuns: 500 },
  );
});

Deno.test("8.13: a call graph stored at any point goes on the same", () => {
  const cases = fc.tuple(fc.array(events, { maxLength: 12 }), fc.nat(12));
  fc.assert(
    fc.property(cases, ([list, cut]) => {
      const part = fold(list.slice(0, cut), { isSubscription });
      const stored = JSON.parse(JSON.stringify(part));
      const rest = FlowGraph.fromJSON(stored, { isSubscription });
      deepStrictEqual(JSON.parse(JSON.stringify(rest)), stored);
      for (const [event, at] of list.slice(cut)) rest.updateFromEvent(event, T(at));
      deepStrictEqual(contents(rest), contents(fold(list, { isSubscription })));
    }),
    { numRuns: 300 },
  );
});

Deno.test("8.3: a call can never be its own ancestor, and the graph stays as it was", () => {
  const graph = new FlowGraph();
  graph.addCall(call("b", "a"));
  graph.addCall(call("c", "b"));
  const before = graph.export();
  throws(() => graph.addCall(call("a", "c")), (thrown) => {
    ok(thrown instanceof CycleError);
    strictEqual(thrown.message, "Cycle: a → b → c → a");
    return true;
  });
  throws(() => graph.addCall(call("x", "x")), CycleError);
  throws(() => graph.updateFromEvent(requested("a", "c"), T(1)), CycleError);
  deepStrictEqual(graph.export(), before);
});

Deno.test("addCall() refuses a request id twice", () => {
  const graph = new FlowGraph();
  graph.addCall(call("a"));
  throws(() => graph.addCall(call("a")), DuplicateNodeError);
});

const STATUSES = ["pending", "running", "completed", "failed", "aborted"] as const;
const ALLOWED = new Set([
  "pending running",
  "pending completed",
  "pending failed",
  "pending aborted",
  "running completed",
  "running failed",
  "running aborted",
]);

for (const from of STATUSES) {
  for (const to of STATUSES) {
    const allowed = ALLOWED.has(`${from} ${to}`);
    Deno.test(`a call ${allowed ? "may" : "may not"} go from ${from} to ${to}`, () => {
      strictEqual(isValidTransition(from, to), allowed);
      const graph = new FlowGraph({ clock: () => T(1) });
      graph.addCall({ ...call("a"), status: from });
      if (allowed || from === to) graph.updateStatus("a", to);
      else {
        throws(() => graph.updateStatus("a", to), (thrown) => {
          ok(thrown instanceof InvalidTransitionError);
          deepStrictEqual([thrown.key, thrown.from, thrown.to], ["a", from, to]);
          return true;
        });
      }
    });
  }
}

Deno.test("updateStatus() stamps when a call began and ended", () => {
  let now = 5;
  const graph = new FlowGraph({ clock: () => T(now) });
  graph.addCall({ ...call("a"), requestedAt: T(1) });
  graph.addCall({ ...call("b"), requestedAt: T(2) });
  graph.updateStatus("a", "running");
  now = 8;
  graph.updateStatus("a", "completed", { output: 1 });
  graph.updateStatus("b", "failed", { error: { code: "X", message: "x" } });
  const { startedAt, completedAt, output } = graph.getNodeAttributes("a");
  deepStrictEqual([startedAt, completedAt, output], [T(5), T(8), 1]);
  strictEqual(graph.duration("a"), 3000);
  strictEqual(graph.duration("b"), 6000);
  graph.updateStatus("a", "completed", { output: 2 });
  strictEqual(graph.getNodeAttributes("a").output, 1);
});

/** root → (a → (x, y), b) with statuses */
function family(): FlowGraph {
  const graph = new FlowGraph();
  graph.addCall(call("root"));
  for (const id of ["a", "b"]) graph.addCall(call(id, "root"));
  for (const id of ["x", "y"]) graph.addCall(call(id, "a"));
  graph.updateStatus("root", "running");
  graph.updateStatus("a", "running");
  graph.updateStatus("x", "completed");
  return graph;
}

Deno.test("a call graph answers who called whom", () => {
  const graph = family();
  deepStrictEqual(graph.getRoots(), ["root"]);
  deepStrictEqual(graph.children("a"), ["x", "y"]);
  deepStrictEqual(graph.lineage("y"), ["root", "a", "y"]);
  deepStrictEqual(graph.descendants("root"), ["a", "b", "x", "y"]);
  deepStrictEqual(graph.filterByStatus("running"), ["root", "a"]);
  strictEqual(graph.duration("root"), undefined);
});

Deno.test("a dependency between calls is an edge of its own, unless one triggered the other", () => {
  const graph = family();
  graph.addDependency("x", "b");
  graph.addDependency("root", "a");
  deepStrictEqual(graph.getEdgeAttributes("x", "b"), { edgeType: "depends_on" });
  deepStrictEqual(graph.getEdgeAttributes("root", "a"), { edgeType: "triggered" });
  deepStrictEqual(graph.descendants("x"), []);
  throws(() => graph.addDependency("b", "root"), CycleError);
});

Deno.test("abortSet() is every open call below, from the top down", () => {
  const graph = family();
  deepStrictEqual(graph.abortSet("root"), ["root", "a", "b", "y"]);
  deepStrictEqual(graph.abortSet("a"), ["a", "y"]);
  deepStrictEqual(graph.abortSet("x"), []);
});

Deno.test('abortSet() under "continue-running" leaves running calls alone', () => {
  deepStrictEqual(family().abortSet("root", "continue-running"), ["root", "b", "y"]);
});

Deno.test("8.4: abortSet() holds no ended call and lists parents before children", () => {
  const cases = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...STATUSES)), { minLength: 1 });
  fc.assert(fc.property(cases, fc.boolean(), (list, patient) => {
    const graph = new FlowGraph();
    for (const [i, [parent, status]] of list.entries()) {
      graph.addCall({ ...call(`${i}`, i === 0 ? undefined : `${parent % i}`), status });
    }
    const set = graph.abortSet("0", patient ? "continue-running" : "abort-dependents");
    for (const id of set) {
      const { status, parentRequestId } = graph.getNodeAttributes(id);
      ok(status === "pending" || status === "running");
      const above = set.indexOf(parentRequestId ?? "");
      ok(above < set.indexOf(id));
    }
  }));
});

Deno.test("a chain of 10 000 calls folds in either order", () => {
  const list = Array.from({ length: 10_000 }, (_, i): Step => [
    requested(`${i}`, i === 0 ? undefined : `${i - 1}`),
    1,
  ]);
  strictEqual(fold(list).lineage("9999").length, 10_000);
  strictEqual(fold([...list].reverse()).lineage("9999").length, 10_000);
});
