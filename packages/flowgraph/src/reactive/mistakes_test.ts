import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { effect } from "@preact/signals-core";
import { h, Sequential, type UElement } from "../component/index.ts";
import { TestCalls } from "../../testing/calls.ts";
import { WorkflowReactiveRoot } from "./workflow_reactive_root.ts";
import { op } from "../../testing/elements.ts";

function setUp(template: UElement) {
  const calls = new TestCalls();
  return { root: new WorkflowReactiveRoot(template, { invoke: calls.invoke }), calls };
}

Deno.test("a listener that throws makes start() reject and stops nothing else", async () => {
  const { root, calls } = setUp(h(Sequential, {}, op("a"), op("b")));
  root.subscribe(() => {
    throw new Error("listener");
  });
  const heard: string[] = [];
  root.subscribe(({ state }) => void heard.push(state.status));
  const rejected = rejects(root.start(), /listener/);
  await calls.of("a").succeed(1);
  await calls.of("b").succeed(2);
  await rejected;
  deepStrictEqual(calls.nodes, ["a", "b"]);
  deepStrictEqual(heard, ["running", "running", "completed"]);
  strictEqual(root.output.value, 2);
});

Deno.test("an effect that throws makes start() reject and stops nothing else", async () => {
  const { root, calls } = setUp(h(Sequential, {}, op("a"), op("b")));
  const stop = effect(() => {
    if (root.nodes.get("a")?.status.value === "completed") throw new Error("effect");
  });
  const rejected = rejects(root.start(), /effect/);
  await calls.of("a").succeed(1);
  await rejected;
  deepStrictEqual(calls.nodes, ["a", "b"]);
  stop();
});

Deno.test("a retryOn that throws fails its node and says so", async () => {
  const { root, calls } = setUp(op("a", {
    retries: 3,
    retryOn: () => {
      throw new Error("bad filter");
    },
  }));
  const result = root.start();
  await calls.of("a").fail(Object.assign(new Error("boom"), { code: "BUSY" }));
  deepStrictEqual((await result).errors, [{
    nodeId: "a",
    error: { code: "BUSY", message: 'Cannot repeat a after "boom": retryOn threw: bad filter' },
  }]);
});
