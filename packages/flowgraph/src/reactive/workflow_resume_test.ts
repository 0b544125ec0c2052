import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { h, Parallel } from "../component/index.ts";
import { TemplateError } from "../graph/index.ts";
import { TestCalls, turn } from "../../testing/calls.ts";
import { WorkflowReactiveRoot } from "./workflow_reactive_root.ts";
import { op, seq } from "../../testing/elements.ts";
import { echo, setUp } from "../../testing/workflows.ts";

const template = seq(op("a"), h(Parallel, {}, op("b"), op("c", { retries: 1 })), op("d"));

async function interrupted() {
  const { root, calls } = setUp(template);
  void root.start("in").catch(() => {});
  await calls.of("a").succeed(1);
  await calls.of("b").succeed(2);
  const snapshot = JSON.parse(JSON.stringify(root.snapshot()));
  root.dispose();
  return snapshot;
}

Deno.test("a resumed workflow keeps what is done and begins running nodes anew", async () => {
  const snapshot = await interrupted();
  const calls = new TestCalls();
  const root = WorkflowReactiveRoot.resume(template, snapshot, { invoke: calls.invoke });
  strictEqual(root.id, "w");
  await turn();
  deepStrictEqual(calls.calls.map(({ context }) => context.requestId), ["w/c/2"]);
  const result = root.start();
  await calls.of("c").succeed(3);
  await calls.of("d").succeed(4);
  deepStrictEqual((await result).results, { a: 1, b: 2, c: 3, d: 4 });
  strictEqual(root.callGraph.getNodeAttributes("w/c/1").status, "aborted");
  strictEqual(root.callGraph.getNodeAttributes("w/c/2").status, "completed");
});

Deno.test("with reattach running nodes keep their attempt and their request id", async () => {
  const snapshot = await interrupted();
  const calls = new TestCalls();
  const options = { invoke: calls.invoke, reattach: true };
  const root = WorkflowReactiveRoot.resume(template, snapshot, options);
  const result = root.start();
  deepStrictEqual(calls.calls.map(({ context }) => context.requestId), ["w/c/1"]);
  await calls.of("c").succeed(3);
  await calls.of("d").succeed(4);
  strictEqual((await result).status, "completed");
  strictEqual(root.callGraph.getNodeAttributes("w/c/1").status, "completed");
});

Deno.test("failed and aborted nodes stay as they are, unless retryFailed", async () => {
  const first = setUp(template);
  const failed = first.root.start("in");
  await first.calls.of("a").succeed(1);
  await first.calls.of("b").fail({ code: "ACCESS_DENIED", message: "no" });
  await first.calls.of("c").succeed(3);
  strictEqual((await failed).status, "failed");
  const snapshot = first.root.snapshot();

  const calls = new TestCalls();
  const kept = WorkflowReactiveRoot.resume(template, snapshot, { invoke: calls.invoke });
  deepStrictEqual(await kept.start(), await failed);
  strictEqual(calls.calls.length, 0);

  const options = { invoke: calls.invoke, retryFailed: true };
  const again = WorkflowReactiveRoot.resume(template, snapshot, options);
  const result = again.start();
  deepStrictEqual(calls.calls.map(({ context }) => context.requestId), ["w/b/2"]);
  await calls.of("b").succeed(2);
  await calls.of("d").succeed(4);
  deepStrictEqual((await result).output, 4);
});

Deno.test("retryFailed gives a node its retries back, and new request ids", async () => {
  const flaky = op("a", { retries: 1 });
  const first = setUp(flaky);
  const failed = first.root.start();
  await first.calls.of("a").fail(new Error("1"));
  await first.calls.of("a").fail(new Error("2"));
  strictEqual((await failed).status, "failed");

  const calls = new TestCalls();
  const options = { invoke: calls.invoke, retryFailed: true };
  const again = WorkflowReactiveRoot.resume(flaky, first.root.snapshot(), options);
  const result = again.start();
  await calls.of("a").fail(new Error("3"));
  await calls.of("a").succeed("done");
  strictEqual((await result).output, "done");
  deepStrictEqual(calls.calls.map(({ context }) => context.requestId), ["w/a/3", "w/a/4"]);
});

Deno.test("a snapshot of another template is refused", async () => {
  const snapshot = await interrupted();
  const other = seq(op("a"), op("x"));
  throws(() => WorkflowReactiveRoot.resume(other, snapshot, { invoke: echo }), TemplateError);
});

Deno.test("a workflow that was never started can be resumed", async () => {
  const { root } = setUp(template);
  const snapshot = root.snapshot();
  const resumed = WorkflowReactiveRoot.resume(template, snapshot, { invoke: echo });
  strictEqual((await resumed.start("x")).status, "completed");
});
