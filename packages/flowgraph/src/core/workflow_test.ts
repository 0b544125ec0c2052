import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import {
  Conditional,
  h,
  Map as MapComponent,
  Operation,
  Parallel,
  Sequential,
} from "../component/index.ts";
import { TemplateError } from "../graph/errors.ts";
import { failing, TestHost } from "../../testing/host.ts";
import { compileTemplate } from "../template/compile_template.ts";
import { initWorkflow, pendingCommands, stepWorkflow } from "./workflow.ts";

const op = (name: string, props: Partial<Parameters<typeof Operation>[0]> = {}) =>
  h(Operation, { name, ...props });

Deno.test("rule 1: start makes entry nodes run and the others wait", () => {
  const host = new TestHost(h(Sequential, {}, op("a"), op("b")));
  deepStrictEqual(host.statuses, { a: "idle", b: "idle" });
  host.start(1);
  deepStrictEqual(host.statuses, { a: "running", b: "waiting" });
  strictEqual(host.state.status, "running");
});

Deno.test("rule 1: a second start changes nothing", () => {
  const host = new TestHost(op("a"));
  host.start(1);
  const { state } = host;
  deepStrictEqual(host.start(2), []);
  strictEqual(host.state, state);
});

Deno.test("rule 2: waiting nodes are served in the order in which they became ready", () => {
  const names = ["a", "b", "c", "d"];
  const host = new TestHost(h(Parallel, { maxConcurrency: 2 }, names.map((name) => op(name))));
  host.start();
  deepStrictEqual(host.running, ["a", "b"]);
  host.succeed("b");
  deepStrictEqual(host.running, ["a", "c"]);
  host.succeed("a");
  deepStrictEqual(host.running, ["c", "d"]);
});

Deno.test("rule 2: a permit is needed from every enclosing limit", () => {
  const inner = h(Parallel, { maxConcurrency: 2 }, op("a"), op("b"), op("c"));
  const outer = h(Parallel, { maxConcurrency: 3 }, inner, op("x"), op("y"), op("z"));
  const host = new TestHost(outer, { maxConcurrency: 4 });
  host.start();
  deepStrictEqual(host.running, ["a", "b", "x"]);
  host.succeed("x");
  // c came first, but its own limit is used up: it must not hold up the others.
  deepStrictEqual(host.running, ["a", "b", "y"]);
  host.succeed("a");
  deepStrictEqual(host.running, ["b", "y", "c"]);
});

Deno.test("rule 2: the workflow's own limit holds for all of it", () => {
  const host = new TestHost(h(Parallel, {}, op("a"), op("b")), { maxConcurrency: 1 });
  host.start();
  deepStrictEqual(host.running, ["a"]);
  host.succeed("a");
  deepStrictEqual(host.running, ["b"]);
});

Deno.test("rule 3: an invoke command says what is called, by whom, and until when", () => {
  const host = new TestHost(op("fs.read", { timeoutMs: 50 }), {
    deadline: 1000,
    identity: { id: "me", scopes: ["all"] },
  });
  host.at = 7;
  deepStrictEqual(host.start({ path: "/x" }), [
    { type: "schedule", key: "deadline", at: 1000 },
    {
      type: "invoke",
      requestId: "w/fs.read/1",
      operationId: "fs.read",
      input: { path: "/x" },
      nodeId: "fs.read",
      attempt: 1,
      parentRequestId: "w",
      deadline: 57,
      identity: { id: "me", scopes: ["all"] },
    },
    { type: "schedule", key: "timeout:w/fs.read/1", at: 57 },
  ]);
});

Deno.test("rule 3: an input that throws fails its node with INPUT_ERROR and is not repeated", () => {
  const input = () => {
    throw new Error("no such field");
  };
  const host = new TestHost(op("a", { input, retries: 3 }));
  host.start();
  strictEqual(host.invoked.length, 0);
  deepStrictEqual(host.node("a").error, {
    code: "INPUT_ERROR",
    message: "Cannot make the input of a: no such field",
  });
  strictEqual(host.result.status, "failed");
});

Deno.test("rule 4: an envelope is stored as its data", () => {
  const host = new TestHost(h(Sequential, {}, op("a"), op("b")));
  host.start();
  const meta = { source: "local", operationId: "a", timestamp: 1 };
  host.succeed("a", { data: { x: 1 }, meta });
  deepStrictEqual(host.node("a").output, { x: 1 });
  deepStrictEqual(host.invoked[1]?.input, { x: 1 });
});

Deno.test("rule 4: data that merely looks like an envelope stays as it is", () => {
  const host = new TestHost(op("a"));
  host.start();
  host.succeed("a", { data: [1], meta: { page: 1 } });
  deepStrictEqual(host.node("a").output, { data: [1], meta: { page: 1 } });
});

for (
  const [backoff, delays] of [
    ["none", [100, 100, 100]],
    ["linear", [100, 200, 300]],
    ["exponential", [100, 200, 350]],
  ] as const
) {
  Deno.test(`rule 6: with backoff "${backoff}" the delays are ${delays}`, () => {
    const props = { retries: 3, retryDelayMs: 100, maxDelayMs: 350, backoff };
    const host = new TestHost(op("a", props));
    host.start();
    for (const [i, delay] of delays.entries()) {
      const before = host.at + 1;
      deepStrictEqual(host.fail("a"), [
        { type: "schedule", key: `retry:a:${i + 1}`, at: before + delay },
      ]);
      strictEqual(host.node("a").status, "ready");
      host.fire(`retry:a:${i + 1}`);
    }
    host.fail("a");
    strictEqual(host.result.status, "failed");
    deepStrictEqual(host.node("a").requestIds, ["w/a/1", "w/a/2", "w/a/3", "w/a/4"]);
  });
}

for (
  const [code, repeated] of [
    ["TIMEOUT", true],
    ["EXECUTION_ERROR", true],
    ["UNKNOWN_ERROR", true],
    ["RATE_LIMITED", true],
    ["ABORTED", false],
    ["ACCESS_DENIED", false],
    ["VALIDATION_ERROR", false],
    ["OPERATION_NOT_FOUND", false],
    ["INPUT_ERROR", false],
  ] as const
) {
  Deno.test(`rule 6: ${code} is ${repeated ? "" : "not "}repeated`, () => {
    const host = new TestHost(op("a", { retries: 1 }));
    host.start();
    host.fail("a", code);
    strictEqual(host.invoked.length, repeated ? 2 : 1);
  });
}

Deno.test("rule 6: retryOn replaces the default filter", () => {
  const byList = new TestHost(op("a", { retries: 9, retryOn: ["ACCESS_DENIED"] }));
  byList.start();
  byList.fail("a", "ACCESS_DENIED");
  byList.fail("a", "TIMEOUT");
  strictEqual(byList.node("a").attempt, 2);
  const byFunction = new TestHost(
    op("a", { retries: 9, retryOn: ({ message }) => message === "again" }),
  );
  byFunction.start();
  byFunction.fail("a", "ABORTED", "again");
  byFunction.fail("a", "TIMEOUT", "enough");
  strictEqual(byFunction.node("a").attempt, 2);
});

Deno.test("rule 6: the permit is released during the delay", () => {
  const host = new TestHost(
    h(Parallel, { maxConcurrency: 1 }, op("a", { retries: 1, retryDelayMs: 5 }), op("b")),
  );
  host.start();
  host.fail("a");
  deepStrictEqual(host.running, ["b"]);
  host.fire("retry:a:1");
  deepStrictEqual(host.running, ["b"]);
  host.succeed("b");
  deepStrictEqual(host.running, ["a"]);
});

Deno.test("rule 7: a time-out cancels the call and fails the attempt with TIMEOUT", () => {
  const host = new TestHost(op("a", { timeoutMs: 50, retries: 1 }));
  host.start();
  const [cancel, invoke] = host.fire("timeout:w/a/1");
  deepStrictEqual(cancel, {
    type: "cancel",
    requestId: "w/a/1",
    reason: "Cannot finish a: no answer within 50 ms",
  });
  strictEqual(invoke?.type, "invoke");
  host.fire("timeout:w/a/2");
  strictEqual(host.node("a").error?.code, "TIMEOUT");
  strictEqual(host.timers.size, 0);
});

Deno.test("rule 7: an answer takes its time-out back", () => {
  const host = new TestHost(op("a", { timeoutMs: 50 }));
  host.start();
  deepStrictEqual(host.succeed("a", 1)[0], { type: "unschedule", key: "timeout:w/a/1" });
});

Deno.test("rule 7: the deadline aborts the workflow with code TIMEOUT", () => {
  const host = new TestHost(h(Sequential, {}, op("a"), op("b")), { deadline: 100 });
  host.start();
  host.fire("deadline");
  strictEqual(host.result.status, "aborted");
  deepStrictEqual(host.result.errors.map(({ error }) => error.code), ["TIMEOUT", "TIMEOUT"]);
  deepStrictEqual(host.cancelled, ["w/a/1"]);
});

Deno.test("rule 8: what depends on a failed node is aborted and names it, however far away", () => {
  const host = new TestHost(h(Sequential, {}, op("a"), op("b"), op("c")));
  host.start();
  host.fail("a", "BROKEN");
  deepStrictEqual(host.statuses, { a: "failed", b: "aborted", c: "aborted" });
  for (const id of ["b", "c"]) {
    deepStrictEqual(host.node(id).error, {
      code: "BLOCKED",
      message: `Cannot run ${id}: a did not complete`,
      details: { cause: "a" },
    });
  }
  strictEqual(host.result.status, "failed");
});

Deno.test("rule 8: branches that do not depend on the failure go on, and their results stay", () => {
  const host = new TestHost(
    h(Sequential, {}, h(Parallel, {}, op("a"), h(Sequential, {}, op("b"), op("c"))), op("d")),
  );
  host.start();
  host.fail("a");
  host.succeed("b", 1);
  host.succeed("c", 2);
  deepStrictEqual(host.result.results, { b: 1, c: 2 });
  strictEqual(host.node("d").status, "aborted");
});

for (const order of [["a", "b"], ["b", "a"]]) {
  Deno.test(`rule 8: of several causes the first in template order is named (${order})`, () => {
    const host = new TestHost(h(Sequential, {}, h(Parallel, {}, op("a"), op("b")), op("c")));
    host.start();
    for (const id of order) host.fail(id);
    deepStrictEqual(host.node("c").error?.details, { cause: "a" });
  });
}

Deno.test('rule 8: onFailure="abort" ends the other children at once', () => {
  const slow = h(Sequential, {}, op("b"), op("c"));
  const host = new TestHost(
    h(Parallel, {}, h(Parallel, { onFailure: "abort" }, op("a"), slow), op("z")),
  );
  host.start();
  host.fail("a");
  deepStrictEqual(host.cancelled, ["w/b/1"]);
  strictEqual(host.node("b").error?.code, "ABORTED");
  strictEqual(host.node("c").error?.code, "ABORTED");
  deepStrictEqual(host.running, ["z"]);
});

Deno.test('rule 8: under "continue-running" a failure never aborts what runs', () => {
  const slow = h(Sequential, {}, op("b"), op("c"));
  const host = new TestHost(h(Parallel, { onFailure: "abort" }, op("a"), slow), {
    failurePolicy: "continue-running",
  });
  host.start();
  host.fail("a");
  deepStrictEqual(host.running, ["b"]);
  strictEqual(host.node("c").status, "aborted");
  host.succeed("b", 1);
  deepStrictEqual(host.result.results, { b: 1 });
  strictEqual(host.result.status, "failed");
});

Deno.test("rule 9: abort ends every node and discards what comes later", () => {
  const host = new TestHost(h(Sequential, {}, op("a"), op("b")));
  host.start();
  host.step({ type: "abort", at: 5, reason: "enough" });
  strictEqual(host.result.status, "aborted");
  deepStrictEqual(host.statuses, { a: "aborted", b: "aborted" });
  deepStrictEqual(host.cancelled, ["w/a/1"]);
  const late = { type: "node.succeeded", requestId: "w/a/1", output: 1, at: 6 } as const;
  strictEqual(stepWorkflow(host.compiled, host.state, late).state, host.state);
});

Deno.test('rule 9: under "continue-running" running nodes finish first', () => {
  const host = new TestHost(h(Sequential, {}, op("a", { retries: 5 }), op("b")), {
    failurePolicy: "continue-running",
  });
  host.start();
  host.step({ type: "abort", at: 5 });
  deepStrictEqual(host.results, []);
  deepStrictEqual(host.statuses, { a: "running", b: "aborted" });
  host.fail("a"); // and is not repeated
  strictEqual(host.result.status, "aborted");
});

Deno.test("rule 9: an abort during a retry delay starts no further attempt", () => {
  const host = new TestHost(op("a", { retries: 1, retryDelayMs: 100 }));
  host.start();
  host.fail("a");
  deepStrictEqual(host.step({ type: "abort", at: 5 })[0], {
    type: "unschedule",
    key: "retry:a:1",
  });
  const fired = { type: "timer.fired", key: "retry:a:1", at: 200 } as const;
  deepStrictEqual(host.step(fired), []);
  strictEqual(host.invoked.length, 1);
});

Deno.test("rule 9: a workflow that was not started can be aborted", () => {
  const host = new TestHost(op("a"));
  host.step({ type: "abort", at: 1 });
  strictEqual(host.result.status, "aborted");
  deepStrictEqual(host.start(), []);
});

Deno.test("abortNode ends one node and what depends on it, and leaves the rest alone", () => {
  const host = new TestHost(
    h(Parallel, {}, h(Sequential, {}, op("a"), op("b")), h(Sequential, {}, op("c"), op("d"))),
  );
  host.start();
  host.step({ type: "abortNode", nodeId: "a", at: 1, reason: "not needed" });
  deepStrictEqual(host.cancelled, ["w/a/1"]);
  strictEqual(host.node("a").error?.message, "Cannot finish a: not needed");
  deepStrictEqual(host.node("b").error?.details, { cause: "a" });
  host.succeed("c", 1);
  host.succeed("d", 2);
  strictEqual(host.result.status, "aborted");
  deepStrictEqual(host.result.results, { c: 1, d: 2 });
});

for (const holds of [true, false]) {
  Deno.test(`rule 10: a conditional whose test is ${holds} takes one way and skips the other`, () => {
    const host = new TestHost(
      h(
        Sequential,
        {},
        op("a"),
        h(
          Conditional,
          { test: (results) => results.a === true },
          h(Sequential, {}, op("t1"), op("t2")),
          h(Parallel, {}, op("e1"), op("e2")),
        ),
        op("z"),
      ),
    );
    const result = host.run(holds);
    const called = host.invoked.map(({ operationId }) => operationId);
    deepStrictEqual(called, holds ? ["a", "t1", "t2", "z"] : ["a", "e1", "e2", "z"]);
    strictEqual(result.status, "completed");
    strictEqual(host.node(holds ? "e1" : "t2").status, "skipped");
    deepStrictEqual(result.output, holds ? true : [false, false]);
  });
}

Deno.test("rule 10: without an else the incoming value goes on", () => {
  const test = () => false;
  const host = new TestHost(
    h(Sequential, {}, op("a"), h(Conditional, { test }, op("b")), op("c")),
  );
  strictEqual(host.run("x").output, "x");
  strictEqual(host.node("b").status, "skipped");
});

Deno.test("rule 10: a test that throws fails the branch", () => {
  const test = () => {
    throw new Error("oh");
  };
  const host = new TestHost(h(Conditional, { id: "c", test }, op("a"), op("b")));
  host.start();
  deepStrictEqual(host.node("c").error, {
    code: "EXECUTION_ERROR",
    message: "Cannot run c: oh",
  });
  strictEqual(host.result.status, "failed");
  strictEqual(host.invoked.length, 0);
});

Deno.test("rule 11: a map runs its body for each item and keeps the order of the items", () => {
  const body = op("work", { input: { value: "$.item", at: "$.index" } });
  const host = new TestHost(h(MapComponent, { id: "m", over: "$.input" }, body));
  host.start(["x", "y", "z"]);
  deepStrictEqual(host.running, ["m[0]/work", "m[1]/work", "m[2]/work"]);
  for (const i of [2, 0, 1]) host.succeed(`m[${i}]/work`, i);
  deepStrictEqual(host.result.output, [0, 1, 2]);
  deepStrictEqual(host.invoked[1]?.input, { value: "y", at: 1 });
});

Deno.test("rule 11: an empty collection completes with an empty array", () => {
  const host = new TestHost(h(MapComponent, { over: [] }, op("work")));
  host.start();
  deepStrictEqual(host.result.output, []);
});

for (
  const [what, over, message] of [
    ["no collection", "$.input.missing", "over is undefined"],
    ["text", "$.input.text", "over is string"],
    ["too many items", "$.input.many", "over has more than 3 items"],
  ] as const
) {
  Deno.test(`rule 11: ${what} fails the map`, () => {
    const host = new TestHost(h(MapComponent, { id: "m", over, maxItems: 3 }, op("work")));
    host.start({ text: "abc", many: [1, 2, 3, 4] });
    deepStrictEqual(host.node("m").error, {
      code: "INPUT_ERROR",
      message: `Cannot run m: ${message}`,
    });
    strictEqual(host.result.status, "failed");
  });
}

Deno.test("rule 11: over may be a function, and any iterable", () => {
  const over = ({ input }: { input: unknown }) => new Set([input, input, 2]);
  const host = new TestHost(h(MapComponent, { over }, op("work")));
  deepStrictEqual(host.run(1).output, [1, 2]);
});

Deno.test("rule 11: one failed item fails the join after the others finished", () => {
  const host = new TestHost(
    h(Sequential, {}, h(MapComponent, { id: "m", over: [1, 2, 3] }, op("work")), op("z")),
  );
  host.start();
  host.fail("m[1]/work");
  host.succeed("m[0]/work", 1);
  host.succeed("m[2]/work", 3);
  strictEqual(host.result.status, "failed");
  deepStrictEqual(host.result.results, { "m[0]/work": 1, "m[2]/work": 3 });
  deepStrictEqual(host.node("z").error?.details, { cause: "m[1]/work" });
});

Deno.test("rule 11: a failed optional item leaves a gap", () => {
  const host = new TestHost(
    h(MapComponent, { id: "m", over: [1, 2] }, op("work", { optional: true })),
  );
  const result = host.run(
    undefined,
    ({ nodeId, input }) => nodeId === "m[0]/work" ? failing() : { output: input },
  );
  strictEqual(result.status, "completed");
  deepStrictEqual(result.output, [null, 2]);
});

Deno.test("rule 11: the body may be a function of the item", () => {
  const body = (item: unknown, index: number) => op(`op.${item}`, { input: index });
  const host = new TestHost(h(MapComponent, { id: "m", over: ["x", "y"] }, body));
  deepStrictEqual(host.run().output, [0, 1]);
  deepStrictEqual(host.invoked.map(({ operationId }) => operationId), ["op.x", "op.y"]);
});

Deno.test("rule 11: a function that makes no valid body fails the map and names the reason", () => {
  const host = new TestHost(h(MapComponent, { id: "m", over: [1] }, () => op("")));
  host.start();
  const { code, message } = host.node("m").error ?? { code: "", message: "" };
  strictEqual(code, "INPUT_ERROR");
  ok(message.includes("name must be the id of an operation"), message);
});

Deno.test("rule 11: maps nest, and inner bodies see outer items", () => {
  const inner = h(
    MapComponent,
    { id: "in", over: "$.row", as: "cell" },
    op("work", { input: ["$.row", "$.cell", "$.index", "$.input.name"] }),
  );
  const host = new TestHost(h(MapComponent, { id: "out", over: "$.input.rows", as: "row" }, inner));
  const { output } = host.run({ name: "n", rows: [[1, 2], [3]] });
  deepStrictEqual(output, [
    [[[1, 2], 1, 0, "n"], [[1, 2], 2, 1, "n"]],
    [[[3], 3, 0, "n"]],
  ]);
  deepStrictEqual(host.running, []);
  strictEqual(host.node("out[1]/in[0]/work").status, "completed");
});

Deno.test("rule 11: maxConcurrency of a map counts over all of its items", () => {
  const body = h(Sequential, {}, op("a"), op("b"));
  const host = new TestHost(
    h(MapComponent, { id: "m", over: [1, 2, 3], maxConcurrency: 2 }, body),
  );
  host.start();
  deepStrictEqual(host.running, ["m[0]/a", "m[1]/a"]);
  host.succeed("m[0]/a", 1);
  // The third item has waited longer than the second step of the first.
  deepStrictEqual(host.running, ["m[1]/a", "m[2]/a"]);
});

Deno.test("rule 12: an optional failure counts as completed, with nothing for dependents", () => {
  const host = new TestHost(
    h(Sequential, {}, op("a", { optional: true }), op("b", { input: { from: "$.a", x: 1 } })),
  );
  host.start();
  host.fail("a");
  deepStrictEqual(host.invoked[1]?.input, { x: 1 });
  host.succeed("b", "done");
  deepStrictEqual(host.result, {
    status: "completed",
    output: "done",
    results: { b: "done" },
    errors: [{ nodeId: "a", error: { code: "EXECUTION_ERROR", message: "boom" } }],
  });
});

Deno.test("rule 12: settled comes exactly once, last", () => {
  const host = new TestHost(op("a", { timeoutMs: 9 }), { deadline: 99 });
  host.start();
  deepStrictEqual(host.succeed("a", 1).map(({ type }) => type), [
    "unschedule",
    "unschedule",
    "settled",
  ]);
});

Deno.test("an event for another attempt, another node or no timer returns the same state", () => {
  const host = new TestHost(op("a", { retries: 1 }));
  host.start();
  host.fail("a");
  const at = 50;
  for (
    const event of [
      { type: "node.succeeded", requestId: "w/a/1", output: 1, at },
      { type: "node.succeeded", requestId: "w/a/3", output: 1, at },
      { type: "node.succeeded", requestId: "other/a/2", output: 1, at },
      { type: "node.failed", requestId: "w/b/1", error: { code: "X", message: "x" }, at },
      { type: "timer.fired", key: "retry:a:1", at },
      { type: "timer.fired", key: "timeout:w/a/2", at },
      { type: "timer.fired", key: "deadline", at },
      { type: "timer.fired", key: "", at },
      { type: "abortNode", nodeId: "nobody", at },
    ] as const
  ) {
    const step = stepWorkflow(host.compiled, host.state, event);
    strictEqual(step.state, host.state, JSON.stringify(event));
    deepStrictEqual(step.commands, []);
  }
});

Deno.test("an earlier time is taken as the last one", () => {
  const host = new TestHost(h(Sequential, {}, op("a"), op("b")));
  host.at = 100;
  host.start();
  host.at = 10;
  host.succeed("a", 1);
  strictEqual(host.node("a").endedAt, 100);
});

Deno.test("an event without a time is refused, and the state goes on", () => {
  const host = new TestHost(op("a"));
  throws(() => stepWorkflow(host.compiled, host.state, { type: "start", at: NaN }), TypeError);
  strictEqual(host.run(1).output, 1);
});

Deno.test("pendingCommands() are the open calls and timers", () => {
  const host = new TestHost(
    h(Parallel, {}, op("a", { timeoutMs: 10 }), op("b", { retries: 1, retryDelayMs: 20 })),
    { deadline: 99 },
  );
  const [deadline, a, timeout] = host.start("x");
  const [retry] = host.fail("b");
  deepStrictEqual(pendingCommands(host.compiled, host.state), [deadline, a, timeout, retry]);
});

Deno.test("a state of another template is refused, with the node that differs", () => {
  const { state } = new TestHost(h(Sequential, {}, op("a"), op("b", { retries: 1 })));
  const changed = compileTemplate(h(Sequential, {}, op("a"), op("b", { retries: 2 })));
  throws(
    () => stepWorkflow(changed, state, { type: "start", at: 0 }),
    (error) => error instanceof TemplateError && /\bb: differs/.test(error.message),
  );
  const longer = compileTemplate(h(Sequential, {}, op("a"), op("b", { retries: 1 }), op("c")));
  throws(() => pendingCommands(longer, state), /b: differs/); // what follows b differs
});

Deno.test("the template's hash takes functions by their place only", () => {
  const hash = (input: () => unknown) => compileTemplate(op("a", { input })).hash;
  strictEqual(hash(() => 1), hash(() => 2));
});

for (const maxConcurrency of [0, -1, 1.5, NaN]) {
  Deno.test(`initWorkflow() refuses maxConcurrency ${maxConcurrency}`, () => {
    const compiled = compileTemplate(op("a"));
    throws(() => initWorkflow(compiled, { id: "w", maxConcurrency }), RangeError);
  });
}

Deno.test("a chain of 100 000 nodes compiles and runs", () => {
  const names = Array.from({ length: 100_000 }, (_, i) => `x${i}`);
  const host = new TestHost(h(Sequential, {}, names.map((name) => op(name))));
  deepStrictEqual(host.run(7).output, 7);
});

Deno.test("a map of 10 000 items finishes, in item order", () => {
  const host = new TestHost(h(MapComponent, { over: "$.input", maxConcurrency: 50 }, op("work")));
  const items = Array.from({ length: 10_000 }, (_, i) => i);
  let turn = 0;
  deepStrictEqual(host.run(items, undefined, (count) => turn++ % count).output, items);
});
