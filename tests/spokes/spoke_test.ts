import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { CallError } from "@alkdev/operations";
import { operation } from "@alkdev/operations/spoke";
import { Type } from "@sinclair/typebox";
import { startRoutingNode } from "../../src/routing/_nodes_testing.ts";
import { until } from "../harness/until.ts";
import { clientOf, echo, spokeOf } from "./_spokes_testing.ts";

Deno.test("a spoke that is online can be called, and is told who asks", async () => {
  await using node = await startRoutingNode();
  await using spoke = await spokeOf(node, "dev1");
  await spoke.online();
  await using client = clientOf(node);
  deepStrictEqual(await client.call("/dev1/test/echo", { text: "hello" }), {
    ...{ text: "hello", for: "ann" },
  });
  deepStrictEqual(spoke.told.map(({ state }) => state), ["connecting", "online"]);
});

Deno.test("a call from another node finds it", async () => {
  await using home = await startRoutingNode();
  await using other = await startRoutingNode({ realm: home.realm });
  await using spoke = await spokeOf(home, "dev1");
  await spoke.online();
  await until(() => other.routing.index.get("dev1") !== undefined, { what: "the spoke" });
  await using client = clientOf(other);
  const answer = await client.call("/any/test/echo", { text: "far" });
  deepStrictEqual(answer, { text: "far", for: "ann" });
});

Deno.test("an async generator is a subscription, paced by its consumer and ended by its leaving", async () => {
  let made = 0, ended = false;
  const count = operation({
    name: "test/count",
    output: Type.Integer(),
    async *handler() {
      try {
        for (;;) yield made++;
      } finally {
        ended = true;
      }
    },
  });
  await using node = await startRoutingNode();
  await using spoke = await spokeOf(node, "dev1", { operations: [count] });
  await spoke.online();
  await using client = clientOf(node);
  const values = client.subscribe("/dev1/test/count");
  deepStrictEqual((await values.next()).value, 0);
  deepStrictEqual((await values.next()).value, 1);
  await values.return?.();
  await until(() => ended, { what: "the handler to end" });
  ok(made < 1_000, `${made} values were made for two`);
});

Deno.test("a subscription is left while its next value is waited for", async () => {
  const aborted = Promise.withResolvers<void>();
  const silent = operation({
    name: "test/silent",
    async *handler(_input, { signal }) {
      yield "one";
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      aborted.resolve();
    },
  });
  await using node = await startRoutingNode();
  await using spoke = await spokeOf(node, "dev1", { operations: [silent] });
  await spoke.online();
  await using client = clientOf(node);
  const values = client.subscribe("/dev1/test/silent");
  await values.next();
  const next = values.next();
  await values.return?.();
  deepStrictEqual(await next, { done: true, value: undefined });
  await aborted.promise;
});

Deno.test("a handler calls back over the connection that it was called on", async () => {
  const relay = operation({
    name: "test/relay",
    handler: async (_input, { call, subscribe }) => {
      const seen = [];
      for await (const value of subscribe("/dev2/test/two")) seen.push(value);
      return [seen, await call("/dev2/test/echo", { text: "relayed" })];
    },
  });
  const two = operation({
    name: "test/two",
    async *handler() {
      yield* ["a", "b"];
    },
  });
  await using node = await startRoutingNode({
    exports: [{
      peer: "*",
      names: ["*"],
      access: { requiredScopesAny: ["spokes:call", "deep"], requiredScopes: [] },
    }],
  });
  await using first = await spokeOf(node, "dev1|deep", { operations: [relay] });
  await using second = await spokeOf(node, "dev2", { operations: [echo, two] });
  await Promise.all([first.online(), second.online()]);
  await using client = clientOf(node);
  const answer = await client.call("/dev1/test/relay");
  // The spoke asks in its own name.
  deepStrictEqual(answer, [["a", "b"], { text: "relayed", for: "dev1" }]);
});

Deno.test("what a handler asked for is aborted with it", async () => {
  const begun = Promise.withResolvers<void>();
  let isStopped = false;
  const wait = operation({
    name: "test/wait",
    handler: (_input, { signal }) =>
      new Promise<void>((resolve) => {
        begun.resolve();
        signal.addEventListener("abort", () => {
          isStopped = true;
          resolve();
        });
      }),
  });
  const relay = operation({
    name: "test/relay",
    handler: (_input, { call }) => call("/dev2/test/wait"),
  });
  await using node = await startRoutingNode({
    exports: [{
      peer: "*",
      names: ["*"],
      access: { requiredScopesAny: ["spokes:call", "deep"], requiredScopes: [] },
    }],
  });
  await using first = await spokeOf(node, "dev1|deep", { operations: [relay] });
  await using second = await spokeOf(node, "dev2", { operations: [wait] });
  await Promise.all([first.online(), second.online()]);
  await using client = clientOf(node);
  const leaving = new AbortController();
  const call = rejects(client.call("/dev1/test/relay", {}, { signal: leaving.signal }), {
    code: "ABORTED",
  });
  await begun.promise;
  leaving.abort();
  await call;
  // Long before the time of either call is over.
  await until(() => isStopped, { what: "the second call to be aborted" });
});

Deno.test("a declared error arrives with its details, any other without a word of it", async () => {
  const full = operation({
    name: "disk/write",
    errors: [{
      code: "DISK_FULL",
      description: "No room",
      schema: Type.Object({ free: Type.Integer() }),
    }],
    handler: () => {
      throw new CallError("DISK_FULL", "no room", { free: 7 }, { retryable: true });
    },
  });
  const broken = operation({
    name: "disk/read",
    handler: () => {
      throw new Error("password hunter2");
    },
  });
  await using node = await startRoutingNode();
  await using spoke = await spokeOf(node, "dev1", { operations: [full, broken] });
  await spoke.online();
  await using client = clientOf(node);
  await rejects(client.call("/dev1/disk/write", {}, { declared: ["DISK_FULL"] }), {
    ...{ code: "DISK_FULL", details: { free: 7 }, retryable: true },
  });
  await rejects(client.call("/dev1/disk/read"), (error: Error) => {
    return !JSON.stringify({ ...error, message: error.message }).includes("hunter2");
  });
});

Deno.test("the scopes of an operation are asked of whoever calls at the hub", async () => {
  const guarded = operation({ name: "test/guarded", scopes: ["top"], handler: () => "open" });
  await using node = await startRoutingNode();
  await using spoke = await spokeOf(node, "dev1", { operations: [guarded] });
  await spoke.online();
  await using ann = clientOf(node);
  strictEqual(await ann.call("/dev1/test/guarded"), "open");
  await using bob = clientOf(node, { key: "bob|spokes:call" });
  await rejects(bob.call("/dev1/test/guarded"), { code: "ACCESS_DENIED" });
});

Deno.test("what the hub may not call is not told to it", async () => {
  const guarded = operation({ name: "test/guarded", scopes: ["top"], handler: () => "open" });
  await using node = await startRoutingNode();
  await using spoke = await spokeOf(node, "dev1", {
    ...{ operations: [echo, guarded], hubScopes: ["other"] },
  });
  await spoke.online();
  await using client = clientOf(node);
  await client.call("/dev1/test/echo", { text: "x" });
  await rejects(client.call("/dev1/test/guarded"), { code: "OPERATION_NOT_FOUND" });
});

Deno.test("closing lets calls that run end, refuses new ones as to be tried again, and says goodbye", async () => {
  const begun = Promise.withResolvers<void>(), finish = Promise.withResolvers<string>();
  const slow = operation({
    name: "test/slow",
    handler: () => {
      begun.resolve();
      return finish.promise;
    },
  });
  await using node = await startRoutingNode();
  await using spoke = await spokeOf(node, "dev1", { operations: [slow, echo] });
  await spoke.online();
  await using client = clientOf(node);
  const call = client.call("/dev1/test/slow");
  await begun.promise;
  const closed = spoke.close();
  await until(() => spoke.status.state === "draining", { what: "the drain" });
  await rejects(client.call("/dev1/test/echo", { text: "x" }), { retryable: true });
  finish.resolve("done");
  strictEqual(await call, "done");
  await closed;
  deepStrictEqual(spoke.told.map(({ state }) => state), [
    ...["connecting", "online", "draining", "closed"],
  ]);
  await until(() => node.routing.index.get("dev1") === undefined, { what: "it to be gone" });
  await rejects(spoke.call("/services/list"), { message: "connection closed" });
});

Deno.test("a drain ends after its time, whatever still runs", async () => {
  const begun = Promise.withResolvers<void>(), aborted = Promise.withResolvers<void>();
  const endless = operation({
    name: "test/endless",
    handler: (_input, { signal }) =>
      new Promise<void>((resolve) => {
        begun.resolve();
        signal.addEventListener("abort", () => {
          aborted.resolve();
          resolve();
        });
      }),
  });
  await using node = await startRoutingNode();
  await using spoke = await spokeOf(node, "dev1", { operations: [endless] });
  await spoke.online();
  await using client = clientOf(node);
  const call = rejects(client.call("/dev1/test/endless"), { code: "EXECUTION_ERROR" });
  await begun.promise;
  await spoke.close({ drainMs: 50 });
  await call;
  await aborted.promise;
});
