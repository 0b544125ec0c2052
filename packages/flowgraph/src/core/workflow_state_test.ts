import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { h, Map as MapComponent, Operation, Parallel, Sequential } from "../component/index.ts";
import { TemplateError } from "../graph/errors.ts";
import { TestHost } from "../../testing/host.ts";
import { compileTemplate } from "../template/compile_template.ts";
import { initWorkflow, pendingCommands, stepWorkflow } from "./workflow.ts";

const op = (name: string, props: Partial<Parameters<typeof Operation>[0]> = {}) =>
  h(Operation, { name, ...props });

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
  for (const at of [NaN, Infinity, 1e16]) {
    throws(() => stepWorkflow(host.compiled, host.state, { type: "start", at }), TypeError);
  }
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

for (const deadline of [Infinity, NaN]) {
  Deno.test(`initWorkflow() refuses deadline ${deadline}, which JSON cannot hold`, () => {
    const compiled = compileTemplate(op("a"));
    throws(() => initWorkflow(compiled, { id: "w", deadline }), /w: deadline is/);
  });
}

Deno.test("a chain of 20 000 nodes compiles and runs", () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `x${i}`);
  const host = new TestHost(h(Sequential, {}, names.map((name) => op(name))));
  deepStrictEqual(host.run(7).output, 7);
});

Deno.test("a map of 10 000 items finishes, in item order", () => {
  const host = new TestHost(h(MapComponent, { over: "$.input", maxConcurrency: 50 }, op("work")));
  const items = Array.from({ length: 10_000 }, (_, i) => i);
  let turn = 0;
  deepStrictEqual(host.run(items, undefined, (count) => turn++ % count).output, items);
});
