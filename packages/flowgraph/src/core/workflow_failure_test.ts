import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { h, Operation, Parallel, Sequential } from "../component/index.ts";
import { TestHost } from "../../testing/host.ts";
import { stepWorkflow } from "./workflow.ts";

const op = (name: string, props: Partial<Parameters<typeof Operation>[0]> = {}) =>
  h(Operation, { name, ...props });

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
