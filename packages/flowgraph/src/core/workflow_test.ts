import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { h, Operation, Parallel, Sequential } from "../component/index.ts";
import { TestHost } from "../../testing/host.ts";

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

Deno.test("rule 6: no delay stays none however many attempts there were", () => {
  const retries = 1_200;
  const host = new TestHost(op("a", { retries, backoff: "exponential" }));
  host.start();
  for (let i = 0; i < retries; i++) {
    deepStrictEqual(host.fail("a").map(({ type }) => type), ["invoke"]);
  }
  host.fail("a");
  strictEqual(host.result.status, "failed");
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
