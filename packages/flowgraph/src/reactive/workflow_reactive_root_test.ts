import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { effect } from "@preact/signals-core";
import fc from "fast-check";
import { Conditional, h, Map as MapComponent, Parallel } from "../component/index.ts";
import { FlowGraph, FlowGraphError, NodeNotFoundError, TemplateError } from "../graph/index.ts";
import { turn } from "../../testing/calls.ts";
import { TestClock } from "../../testing/clock.ts";
import { answersOf, build, sketches } from "../../testing/templates.ts";
import { compileTemplate } from "../template/compile_template.ts";
import { computeBlockedByFailure, computePreconditions } from "./conditions.ts";
import { WorkflowReactiveRoot } from "./workflow_reactive_root.ts";
import { op, seq } from "../../testing/elements.ts";
import { echo, setUp, statuses } from "../../testing/workflows.ts";

Deno.test("a workflow runs to its end and tells what came of it", async () => {
  const { root, calls } = setUp(seq(op("a"), h(Parallel, {}, op("b"), op("c"))));
  const result = root.start("in");
  strictEqual(root.status.value, "running");
  await calls.of("a").succeed(1);
  await calls.of("c").succeed(3);
  await calls.of("b").succeed(2);
  deepStrictEqual(await result, {
    status: "completed",
    output: [2, 3],
    results: { a: 1, b: 2, c: 3 },
    errors: [],
  });
  strictEqual(root.status.value, "completed");
  deepStrictEqual(root.output.value, [2, 3]);
  deepStrictEqual(root.results.value, { a: 1, b: 2, c: 3 });
  deepStrictEqual(root.progress.value, { total: 3, done: 3, running: 0, failed: 0, skipped: 0 });
});

Deno.test("a call is told about itself", () => {
  const identity = { id: "me", scopes: ["x"] };
  const { root, calls } = setUp(op("a"), { identity, deadline: 50 });
  void root.start({ n: 1 });
  const { signal, ...context } = calls.of("a").context;
  deepStrictEqual(context, {
    requestId: "w/a/1",
    parentRequestId: "w",
    nodeId: "a",
    attempt: 1,
    deadline: 50,
    identity,
  });
  strictEqual(signal.aborted, false);
  deepStrictEqual(calls.of("a").input, { n: 1 });
  root.abort();
});

Deno.test("a workflow has a random id unless it is given one", () => {
  const first = new WorkflowReactiveRoot(op("a"), { invoke: echo });
  const second = new WorkflowReactiveRoot(op("a"), { invoke: echo });
  ok(first.id !== second.id && first.id.length > 10);
});

Deno.test("a second start throws", async () => {
  const root = new WorkflowReactiveRoot(op("a"), { invoke: echo });
  await root.start();
  throws(() => root.start(), FlowGraphError);
});

Deno.test("a template with issues does not even construct", () => {
  throws(() => new WorkflowReactiveRoot(op("a", { retries: -1 }), { invoke: echo }), TemplateError);
  const operationGraph = FlowGraph.fromSpecs([]);
  const options = { invoke: echo, operationGraph };
  throws(() => new WorkflowReactiveRoot(op("a"), options), /there is no operation a/);
});

const THROWN: [what: string, thrown: unknown, error: object][] = [
  ["an error", new Error("oh"), { code: "EXECUTION_ERROR", message: "oh" }],
  ["an error with a code", Object.assign(new Error("oh"), { code: "X", details: { a: 1 } }), {
    code: "X",
    message: "oh",
    details: { a: 1 },
  }],
  ["a plain object with a code", { code: "Y", message: "m" }, { code: "Y", message: "m" }],
  ["text", "oh", { code: "UNKNOWN_ERROR", message: "oh" }],
  ["nothing", undefined, { code: "UNKNOWN_ERROR", message: "undefined" }],
  ["an object", { a: 1 }, { code: "UNKNOWN_ERROR", message: '{"a":1}' }],
  [
    "details that JSON cannot say",
    Object.assign(new Error("oh"), { code: "X", details: new Error("in") }),
    { code: "X", message: "oh", details: { name: "Error", message: "in" } },
  ],
];

for (const [what, thrown, error] of THROWN) {
  Deno.test(`7.4.5: ${what} that is thrown becomes an error with a code`, async () => {
    const root = new WorkflowReactiveRoot(op("a"), { invoke: () => Promise.reject(thrown) });
    deepStrictEqual((await root.start()).errors, [{ nodeId: "a", error }]);
  });
}

Deno.test("an invoke that throws at once fails its node", async () => {
  const root = new WorkflowReactiveRoot(op("a"), {
    invoke: () => {
      throw new Error("not connected");
    },
  });
  const { status, errors } = await root.start();
  deepStrictEqual([status, errors[0]?.error.message], ["failed", "not connected"]);
});

Deno.test("a call may be an invocation with its own abort", async () => {
  let aborted = 0;
  const root = new WorkflowReactiveRoot(seq(op("a"), op("b")), {
    invoke: (operation) => ({
      result: operation === "a" ? Promise.resolve(1) : new Promise(() => {}),
      abort: () => void aborted++,
    }),
  });
  const result = root.start();
  await turn();
  root.abort("enough");
  strictEqual((await result).status, "aborted");
  strictEqual(aborted, 1);
});

Deno.test("an abort fires the signals of running calls and discards their answers", async () => {
  const { root, calls } = setUp(h(Parallel, {}, op("a"), op("b")));
  const result = root.start();
  root.abort("enough");
  const { signal } = calls.of("a").context;
  strictEqual(signal.aborted, true);
  strictEqual(signal.reason.name, "AbortError");
  await calls.of("a").succeed(1);
  const { status, results } = await result;
  deepStrictEqual([status, results], ["aborted", {}]);
  deepStrictEqual(root.callGraph.filterByStatus("aborted"), ["w", "w/a/1", "w/b/1"]);
});

Deno.test("a workflow may be aborted from within a call", async () => {
  const root: WorkflowReactiveRoot = new WorkflowReactiveRoot(h(Parallel, {}, op("a"), op("b")), {
    invoke: () => {
      root.abort("from within");
      return Promise.resolve(1);
    },
  });
  strictEqual((await root.start()).status, "aborted");
});

Deno.test("abortNode() ends one node; an unknown one is refused", async () => {
  const { root, calls } = setUp(h(Parallel, {}, op("a"), op("b")));
  const result = root.start();
  root.abortNode("a", "not needed");
  strictEqual(calls.of("a").context.signal.aborted, true);
  throws(() => root.abortNode("x"), NodeNotFoundError);
  await calls.of("b").succeed(2);
  const { status, results } = await result;
  deepStrictEqual([status, results], ["aborted", { b: 2 }]);
});

Deno.test("retries wait on the clock, and each is a call of its own", async () => {
  const { root, calls, clock } = setUp(op("a", { retries: 2, retryDelayMs: 100 }));
  const result = root.start();
  await calls.of("a").fail(new Error("1"));
  strictEqual(root.nodes.get("a")?.status.value, "ready");
  strictEqual(calls.calls.length, 1);
  clock.pass(99);
  strictEqual(calls.calls.length, 1);
  clock.pass(1);
  strictEqual(calls.calls.length, 2);
  await calls.of("a").succeed("done");
  strictEqual((await result).output, "done");
  deepStrictEqual(root.callGraph.children("w"), ["w/a/1", "w/a/2"]);
  const { nodeId, attempt, status } = root.callGraph.getNodeAttributes("w/a/2");
  deepStrictEqual({ nodeId, attempt, status }, { nodeId: "a", attempt: 2, status: "completed" });
  deepStrictEqual(root.nodes.get("a")?.requestIds, ["w/a/1", "w/a/2"]);
  strictEqual(clock.open, 0);
});

Deno.test("a time-out aborts its call", async () => {
  const { root, calls, clock } = setUp(op("a", { timeoutMs: 100 }));
  const result = root.start();
  clock.pass(100);
  strictEqual(calls.of("a").context.signal.aborted, true);
  strictEqual((await result).errors[0]?.error.code, "TIMEOUT");
});

Deno.test("a timer beyond the longest delay of a runtime does not fire at once", async () => {
  const days = 24 * 3600 * 1000;
  const { root, clock } = setUp(op("a"), { deadline: 60 * days });
  const result = root.start();
  clock.pass(59 * days);
  strictEqual(root.status.value, "running");
  clock.pass(1 * days);
  strictEqual((await result).status, "aborted");
});

Deno.test("the runtime's own functions make a clock", async () => {
  const clock = { now: Date.now, setTimeout, clearTimeout };
  const slow = () => new Promise(() => {});
  const root = new WorkflowReactiveRoot(op("a", { timeoutMs: 1 }), { invoke: slow, clock });
  strictEqual((await root.start()).errors[0]?.error.code, "TIMEOUT");
});

Deno.test("the call graph ties a call to the workflow and to the calls before it", async () => {
  const { root, calls } = setUp(
    seq(op("a"), h(Parallel, {}, op("b"), op("c")), op("d")),
    { parentRequestId: "above" },
  );
  const result = root.start(1);
  for (const id of ["a", "b", "c", "d"]) await calls.of(id).succeed(id);
  await result;
  const { callGraph } = root;
  deepStrictEqual(callGraph.getRoots(), []);
  strictEqual(callGraph.getNodeAttributes("w").operationId, "workflow:workflow");
  deepStrictEqual(callGraph.children("w"), ["w/a/1", "w/b/1", "w/c/1", "w/d/1"]);
  const depends = callGraph.edges().filter((edge) => !edge.startsWith("w->")).sort();
  deepStrictEqual(depends, [
    "w/a/1->w/b/1",
    "w/a/1->w/c/1",
    "w/b/1->w/d/1",
    "w/c/1->w/d/1",
  ]);
  strictEqual(callGraph.hasCycles(), false);
});

Deno.test("8.9: a skipped branch makes no call, and what follows runs once", async () => {
  const { root, calls } = setUp(
    seq(op("a"), h(Conditional, { test: ({ a }) => a === 1 }, op("b"), op("c")), op("d")),
  );
  const result = root.start();
  await calls.of("a").succeed(1);
  await calls.of("b").succeed(2);
  await calls.of("d").succeed(3);
  strictEqual((await result).status, "completed");
  deepStrictEqual(calls.nodes, ["a", "b", "d"]);
  deepStrictEqual(root.progress.value, { total: 4, done: 3, running: 0, failed: 0, skipped: 1 });
});

Deno.test("a map adds its nodes to the workflow, and to its graph", async () => {
  const { root, calls } = setUp(h(MapComponent, { id: "m", over: "$.input" }, op("x")));
  deepStrictEqual(root.graph.nodes(), ["m", "join:0"]);
  const result = root.start(["p", "q"]);
  deepStrictEqual(root.graph.nodes(), ["m", "join:0", "m[0]/x", "m[1]/x"]);
  deepStrictEqual(root.graph.edges().sort(), [
    "m->join:0",
    "m->m[0]/x",
    "m->m[1]/x",
    "m[0]/x->join:0",
    "m[1]/x->join:0",
  ]);
  deepStrictEqual(root.nodes.get("join:0")?.predecessors, ["m", "m[0]/x", "m[1]/x"]);
  strictEqual(root.graph.getNodeAttributes("m[0]/x").group, "m");
  await calls.of("m[1]/x").succeed(2);
  await calls.of("m[0]/x").succeed(1);
  deepStrictEqual((await result).output, [1, 2]);
});

Deno.test("observers never see a half-propagated graph", async () => {
  const { root, calls } = setUp(seq(op("a"), h(Parallel, {}, op("b"), op("c"))));
  const seen: Record<string, string>[] = [];
  const stop = effect(() => void seen.push(statuses(root)));
  const result = root.start();
  await calls.of("a").fail(new Error("no"));
  await result;
  stop();
  deepStrictEqual(seen.map(({ a, b, c }) => [a, b, c]), [
    ["idle", "idle", "idle"],
    ["running", "waiting", "waiting"],
    ["failed", "aborted", "aborted"],
  ]);
});

Deno.test("a listener hears of each step before its commands are carried out", async () => {
  const { root, calls } = setUp(seq(op("a"), op("b")));
  const heard: unknown[] = [];
  const stop = root.subscribe(({ state, events, changed }) => {
    heard.push([state.status, events.map(({ type }) => type), changed, calls.calls.length]);
  });
  void root.start();
  await calls.of("a").succeed(1);
  stop();
  await calls.of("b").succeed(1);
  deepStrictEqual(heard, [
    ["running", ["call.requested", "call.requested"], ["a", "b"], 0],
    ["running", ["call.responded", "call.requested"], ["a", "b"], 1],
  ]);
});

Deno.test("8.12: dispose leaves no timer and hears no answer", async () => {
  const { root, calls, clock } = setUp(op("a", { timeoutMs: 10 }), { deadline: 99 });
  const result = root.start();
  strictEqual(clock.open, 2);
  root.dispose();
  strictEqual(clock.open, 0);
  await calls.of("a").succeed(1);
  strictEqual(root.nodes.get("a")?.status.value, "running");
  strictEqual(calls.of("a").context.signal.aborted, false);
  await rejects(result, /w: it was disposed/);
  throws(() => root.start(), /disposed/);
});

Deno.test("what happens within a step waits until the step is through", () => {
  const { root } = setUp(op("a"));
  const heard: string[] = [];
  root.subscribe(({ state: { status } }) => {
    heard.push(`begin ${status}`);
    if (status === "running") root.abort();
    heard.push(`end ${status}`);
  });
  void root.start();
  deepStrictEqual(heard, ["begin running", "end running", "begin aborted", "end aborted"]);
});

const template = seq(op("a"), h(Parallel, {}, op("b"), op("c", { retries: 1 })), op("d"));

Deno.test("a compiled template may be run many times", async () => {
  const compiled = compileTemplate(template);
  const runs = ["x", "y"].map((input) =>
    new WorkflowReactiveRoot(compiled, { invoke: echo }).start(input)
  );
  deepStrictEqual((await Promise.all(runs)).map(({ output }) => output), [["x", "x"], ["y", "y"]]);
});

Deno.test("the signals agree with what is computed from them", async () => {
  await fc.assert(
    fc.asyncProperty(sketches, fc.integer(), async (sketch, seed) => {
      const clock = new TestClock();
      const root = new WorkflowReactiveRoot(build(sketch), {
        id: "w",
        clock,
        invoke: (operationId, input, { nodeId, attempt, requestId }) => {
          const call = { type: "invoke", requestId, operationId, input, nodeId, attempt } as const;
          const answer = answersOf(seed)({ ...call, parentRequestId: "w" });
          return "error" in answer ? Promise.reject(answer.error) : Promise.resolve(answer.output);
        },
      });
      const agree = () => {
        for (const node of root.nodes.values()) {
          const status = node.status.value;
          const ready = computePreconditions(node, root.nodes).value;
          const blocked = computeBlockedByFailure(node, root.nodes).value;
          if (blocked) strictEqual(status, "aborted", node.id);
          if (status === "running" || status === "completed") ok(ready, node.id);
          if (status === "waiting" || status === "idle") {
            ok(!blocked && (!ready || status === "idle"));
          }
        }
      };
      agree();
      root.subscribe(agree);
      const result = root.start("in");
      while (!["completed", "failed"].includes(root.status.value)) {
        await turn();
        clock.pass(10);
      }
      agree();
      strictEqual((await result).status, root.status.value);
    }),
    { numRuns: 60 },
  );
});
