import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { deferred } from "../_deferred.ts";
import { dispatching, type Granted, OPEN, who } from "../_dispatch.ts";
import { operation } from "../_operations.ts";
import { createDispatcher } from "../dispatcher.ts";
import type { Grants } from "../grants.ts";
import { createRegistration } from "../registration.ts";
import { OperationRegistry } from "../registry.ts";
import type { OperationView } from "../view.ts";
import { layeredView, registryView } from "../view.ts";
import { type Pair, pair } from "./_pair.ts";
import { aborted, settle } from "./_session.ts";
import { fromWireSpec } from "./spec.ts";

/** What a hub imports of a node: each operation forwards over the node's connection. */
function imported(node: Pair, names: readonly string[]): OperationView {
  const found = new Map(names.map((name) => {
    const { spec, grants } = fromWireSpec({
      name,
      op_type: "mutation",
      access_control: { required_scopes: [] },
    });
    const forward = (input: unknown, context: { signal?: AbortSignal }) =>
      node.client.call(name, input, context.signal === undefined ? {} : { signal: context.signal });
    return [name, createRegistration(spec, forward, { grants })];
  }));
  return { external: () => undefined, resolve: (name) => found.get(name) };
}

function node(operations: Granted[]): Pair {
  return pair(dispatching(operations));
}

const composing: Grants = {
  ...OPEN,
  scopedEnv: { allowedOps: new Set(["fs/read", "hub/middle"]) },
};

/** A hub whose `hub/run` calls `hub/middle`, which calls `fs/read` wherever that is. */
function hub(peers: Map<string, OperationView>, own: Granted[] = []) {
  const registry = new OperationRegistry();
  const through = (id: string, next: string, grants: Grants): Granted => [
    operation(id, async (input, { invoke }) => await invoke?.(next, input)),
    grants,
  ];
  const operations = [
    through("hub.run", "hub/middle", composing),
    through("hub.middle", "fs/read", { scopedEnv: { allowedOps: new Set(["fs/read"]) } }),
    ...own,
  ];
  for (const [definition, grants] of operations) registry.register(definition, grants);
  return createDispatcher({ view: layeredView({ base: registryView(registry), peers }) });
}

const run = { operation: "/hub/run", input: {}, identity: who() };

// call-protocol.md §20; the numbers are those of the list there.
Deno.test("7: aborting a root cancels a grandchild on another node, under that connection's id", async () => {
  const started = deferred();
  const stopped = deferred();
  const dev = node([[
    operation("fs.read", async (_input, context) => {
      started.resolve();
      await aborted(context);
      stopped.resolve();
    }),
    OPEN,
  ]]);
  const controller = new AbortController();
  const call = hub(new Map([["dev", imported(dev, ["fs/read"])]])).call({
    ...run,
    requestId: "the user's id",
    signal: controller.signal,
  });
  await started.promise;
  controller.abort();
  await rejects(call, { code: "ABORTED" });
  await stopped.promise;
  deepStrictEqual(dev.sent.map(({ type }) => type), ["call.requested", "call.aborted"]);
  strictEqual(dev.sent[0]?.id, dev.sent[1]?.id);
  ok(dev.sent[0]?.id !== "the user's id");
});

Deno.test("9: a node that drops fails what waits on it, and is not found afterwards", async () => {
  const started = deferred();
  const dev = node([[
    operation("fs.read", async (_input, context) => {
      started.resolve();
      await aborted(context);
    }),
    OPEN,
  ]]);
  const peers = new Map([["dev", imported(dev, ["fs/read"])]]);
  const dispatcher = hub(peers);
  const waiting = dispatcher.call(run);
  await started.promise;
  peers.delete("dev");
  dev.client.end();
  dev.server.end();
  await rejects(waiting, {
    code: "EXECUTION_ERROR",
    message: "connection closed",
    retryable: false,
  });
  await rejects(dispatcher.call(run), { code: "OPERATION_NOT_FOUND" });
});

Deno.test("10: of two nodes with the same operation the first answers, and then the second", async () => {
  const [one, two] = ["one", "two"].map((name) => node([[operation("fs.read", () => name), OPEN]]));
  ok(one !== undefined && two !== undefined);
  const peers = new Map([["one", imported(one, ["fs/read"])], ["two", imported(two, ["fs/read"])]]);
  const dispatcher = hub(peers);
  strictEqual(await dispatcher.call(run), "one");
  peers.delete("one");
  strictEqual(await dispatcher.call(run), "two");
});

Deno.test("11: a node cannot capture a name that the hub itself has", async () => {
  const dev = node([[operation("fs.read", () => "captured"), OPEN]]);
  const own: Granted = [operation("fs.read", () => "hub"), {}];
  strictEqual(await hub(new Map([["dev", imported(dev, ["fs/read"])]]), [own]).call(run), "hub");
  await settle();
  strictEqual(dev.sent.length, 0);
});

Deno.test("the node is asked by the hub's own connection, and hears nothing of the user", async () => {
  const dev = node([[operation("fs.read", () => 1), OPEN]]);
  const identity = { id: "the user", scopes: ["secret scope"] };
  await hub(new Map([["dev", imported(dev, ["fs/read"])]])).call({ ...run, identity });
  ok(!JSON.stringify(dev.sent).includes("the user"));
  ok(!JSON.stringify(dev.sent).includes("secret scope"));
});
