import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { h, Operation, Parallel, Sequential } from "../component/index.ts";
import { FlowGraph } from "../graph/index.ts";
import { TestHost } from "../../testing/host.ts";
import { toCallEvents } from "./call_events.ts";
import type { WorkflowEvent } from "./state.ts";

/** Records what each step of a host amounts to. */
function recording(host: TestHost): string[] {
  const record: string[] = [];
  const step = host.step.bind(host);
  host.step = (event: WorkflowEvent) => {
    const before = host.state;
    const commands = step(event);
    for (const { type, payload } of toCallEvents(before, event, commands)) {
      record.push(`${type.slice("call.".length)} ${payload.requestId}`);
    }
    return commands;
  };
  return record;
}

const chain = h(Sequential, {}, h(Operation, { name: "a" }), h(Operation, { name: "b" }));

Deno.test("toCallEvents() records the workflow as the parent of its calls", () => {
  const host = new TestHost(chain, { name: "nightly", parentRequestId: "p" });
  const before = host.state;
  const event = { type: "start", input: 5, at: 0 } as const;
  deepStrictEqual(toCallEvents(before, event, host.step(event)).map(({ payload }) => payload), [
    { requestId: "w", operationId: "workflow:nightly", input: 5, parentRequestId: "p" },
    { requestId: "w/a/1", operationId: "a", input: 5, parentRequestId: "w" },
  ]);
});

Deno.test("toCallEvents() records answers before what they lead to", () => {
  const host = new TestHost(chain);
  const record = recording(host);
  host.run(1);
  deepStrictEqual(record, [
    "requested w",
    "requested w/a/1",
    "responded w/a/1",
    "requested w/b/1",
    "responded w/b/1",
    "responded w",
  ]);
});

Deno.test("toCallEvents() records a failed workflow with its first error", () => {
  const host = new TestHost(chain);
  const record = recording(host);
  host.start();
  host.fail("a");
  deepStrictEqual(record.slice(2), ["error w/a/1", "error w"]);
});

Deno.test("toCallEvents() records an abort from the parent down", () => {
  const host = new TestHost(
    h(Parallel, {}, h(Operation, { name: "a" }), h(Operation, { name: "b" })),
  );
  const record = recording(host);
  host.start();
  host.step({ type: "abort", at: 1 });
  deepStrictEqual(record.slice(3), ["aborted w", "aborted w/a/1", "aborted w/b/1"]);
});

Deno.test("toCallEvents() records a time-out as a failure of the call", () => {
  const host = new TestHost(h(Operation, { name: "a", timeoutMs: 5, retries: 1 }));
  const record = recording(host);
  host.start();
  host.fire("timeout:w/a/1");
  deepStrictEqual(record.slice(2), ["error w/a/1", "requested w/a/2"]);
});

Deno.test("toCallEvents() records nothing of an event that changes nothing", () => {
  const host = new TestHost(chain);
  const record = recording(host);
  host.start();
  host.start();
  host.step({ type: "node.succeeded", requestId: "w/b/1", output: 1, at: 1 });
  host.step({ type: "timer.fired", key: "timeout:w/a/1", at: 1 });
  strictEqual(record.length, 2);
});

Deno.test("every attempt is a call of its own under the same parent", () => {
  const host = new TestHost(h(Operation, { name: "a", retries: 2 }));
  const graph = new FlowGraph();
  const step = host.step.bind(host);
  host.step = (event) => {
    const before = host.state;
    const commands = step(event);
    for (const call of toCallEvents(before, event, commands)) graph.updateFromEvent(call);
    return commands;
  };
  host.start();
  host.fail("a");
  host.fail("a");
  host.succeed("a", 1);
  deepStrictEqual(graph.children("w"), ["w/a/1", "w/a/2", "w/a/3"]);
  deepStrictEqual(graph.filterByStatus("failed"), ["w/a/1", "w/a/2"]);
  ok(graph.duration("w") !== undefined);
});
