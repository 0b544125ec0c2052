import { rejects, strictEqual } from "node:assert/strict";
import {
  createDispatcher,
  type Dispatcher,
  OperationRegistry,
  OperationType,
  type PeerRef,
  registryView,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { createExportRules, DEFAULT_EXPORT_RULES } from "./export_rules.ts";
import { createPeerView } from "./peer_view.ts";
import { packSpecSet } from "./spec_set.ts";
import { createSpokeIndex } from "./spoke_index.ts";

const spec = (name: string) => ({
  ...{ name, op_type: "query", visibility: "external", input_schema: {}, output_schema: {} },
  access_control: { required_scopes: [] },
});
const NAMES = ["fs/read", "fs/list", "a/b/c"];
const identity = { id: "ann", scopes: ["spokes:call"] };

/** A hub that has `fs/read` and `b/c` itself; the spoke `dev1` offers more, and `a` offers `b/c`. */
async function world() {
  const index = createSpokeIndex();
  const place = { node: "n2", nodeEpoch: 1, revision: 1 };
  index.set({ ...place, peerId: "dev1", set: (await packSpecSet(NAMES.map(spec))).set });
  index.set({ ...place, peerId: "a", set: (await packSpecSet([spec("b/c")])).set });
  const registry = new OperationRegistry();
  const common = {
    ...{ version: "1.0.0", description: "For tests", type: OperationType.QUERY },
    ...{ accessControl: { requiredScopes: [] }, inputSchema: Type.Unknown() },
    outputSchema: Type.Unknown(),
  };
  const OPEN = { visibility: "external", public: true } as const;
  for (const [namespace, name] of [["fs", "read"], ["b", "c"]] as const) {
    registry.register({ ...common, namespace, name, handler: () => "hub" }, OPEN);
  }
  registry.register({
    ...{ ...common, namespace: "hub", name: "compose" },
    handler: ({ name, peer }: { name: string; peer?: PeerRef }, { invoke }) =>
      invoke?.(name, {}, peer === undefined ? {} : { peer }),
  }, { ...OPEN, scopedEnv: { allowedOps: new Set([...NAMES, "b/c"]) } });
  const view = createPeerView({
    ...{ base: registryView(registry), index, exports: createExportRules(DEFAULT_EXPORT_RULES) },
    local: { get: () => undefined, pick: () => undefined },
    forward: {
      call: ({ entry, name }) => Promise.resolve(`${entry.peerId} ${name}`),
      async *subscribe() {},
    },
  });
  return { index, dispatcher: createDispatcher({ view }) };
}

const call = (dispatcher: Dispatcher, operation: string, input: object = {}) =>
  dispatcher.call({ operation, input, identity });
const specific = (peerId: string): PeerRef => ({ kind: "specific", peerId });

// call-protocol.md §4.1 and §14: which of several a name means.
for (
  const [what, operation, input, expected] of [
    ["a name of the hub's own", "/fs/read", {}, "hub"],
    ["a name of the spoke's under the spoke's", "/dev1/fs/read", {}, "dev1 fs/read"],
    ["a name that is both is that of the node", "/a/b/c", {}, "a b/c"],
    ["a name that nobody has at that node", "/dev1/b/c", {}, undefined],
    ["a name of a spoke's without the spoke's", "/fs/list", {}, undefined],
    ["whoever offers it", "/any/fs/list", {}, "dev1 fs/list"],
    ["a composed call of what both have", "/hub/compose", { name: "fs/read" }, "hub"],
    ["a composed call of what a spoke has", "/hub/compose", { name: "fs/list" }, "dev1 fs/list"],
    [
      "a composed call to one spoke",
      "/hub/compose",
      { name: "fs/read", peer: specific("dev1") },
      "dev1 fs/read",
    ],
    [
      "a composed call to one spoke that has it not",
      "/hub/compose",
      { name: "fs/read", peer: specific("a") },
      undefined,
    ],
    [
      "a composed call to a spoke that is not there",
      "/hub/compose",
      { name: "fs/read", peer: specific("dev9") },
      undefined,
    ],
  ] as const
) {
  Deno.test(`createPeerView(): ${what} leads to ${expected ?? "nobody"}`, async () => {
    const { dispatcher } = await world();
    const answer = call(dispatcher, operation, input);
    if (expected === undefined) await rejects(answer, { code: "OPERATION_NOT_FOUND" });
    else strictEqual(await answer, expected);
  });
}

Deno.test("createPeerView(): what a spoke offered is nobody's when it has gone, whatever the hub has", async () => {
  const { index, dispatcher } = await world();
  strictEqual(await call(dispatcher, "/dev1/fs/read"), "dev1 fs/read");
  index.delete("dev1", 1);
  for (const operation of ["/dev1/fs/read", "/any/fs/read"]) {
    await rejects(call(dispatcher, operation), { code: "OPERATION_NOT_FOUND" });
  }
  const composed = { name: "fs/read", peer: specific("dev1") };
  await rejects(call(dispatcher, "/hub/compose", composed), { code: "OPERATION_NOT_FOUND" });
});
