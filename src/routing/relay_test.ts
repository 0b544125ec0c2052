import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import {
  type CallSession,
  createCallSession,
  createDispatcher,
  OperationRegistry,
  OperationType,
  registryView,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { createRelay } from "./relay.ts";
import type { SpokeEntry } from "./spoke_index.ts";

const SPEC = {
  ...{ namespace: "test", name: "count", version: "1.0.0", description: "Counts to three" },
  type: OperationType.SUBSCRIPTION,
  accessControl: { requiredScopes: [] },
  inputSchema: Type.Unknown(),
  outputSchema: Type.Unknown(),
};

/** A relay over the session with a spoke that counts to three, and a request for it. */
function relaying(options: { readonly isGone?: boolean } = {}) {
  const registry = new OperationRegistry();
  registry.register({
    ...SPEC,
    handler: async function* () {
      yield* [1, 2, 3];
    },
  }, { visibility: "external", public: true });
  const close = () => {};
  const hub: CallSession = createCallSession({ send: (frame) => spoke.receive(frame), close });
  const spoke = createCallSession({
    ...{ send: (frame: string) => hub.receive(frame), close },
    dispatcher: createDispatcher({ view: registryView(registry) }),
  });
  const operations = new Map([["test/count", { name: "test/count", spec: SPEC, grants: {} }]]);
  const entry: SpokeEntry = {
    ...{ peerId: "dev1", node: "n1", nodeEpoch: 0, revision: 1 },
    set: { hash: "", operations },
  };
  const relay = createRelay({
    get: () => entry,
    sessionOf: () => options.isGone === true ? undefined : hub,
  });
  let ends = 0;
  const subscribe = () =>
    relay.subscribe({
      ...{ operation: "/dev1/test/count", input: {}, identity: null },
      onHandlerEnd: () => void ends++,
    });
  return { subscribe, ends: () => ends };
}

Deno.test("a relayed subscription gives its place back once, when it has ended", async () => {
  const { subscribe, ends } = relaying();
  const values = await subscribe();
  const taken: unknown[] = [];
  for await (const value of values) {
    taken.push(value);
    strictEqual(ends(), 0);
  }
  await values.return();
  deepStrictEqual(taken, [1, 2, 3]);
  strictEqual(ends(), 1);
});

Deno.test("a relayed subscription that is left before its first value gives its place back", async () => {
  const { subscribe, ends } = relaying();
  const values = await subscribe();
  await values.return();
  strictEqual(ends(), 1);
  deepStrictEqual(await values.next(), { done: true, value: undefined });
});

Deno.test("a relayed subscription of a spoke that has gone meanwhile keeps no place", async () => {
  const { subscribe, ends } = relaying({ isGone: true });
  await rejects(subscribe(), { code: "OPERATION_NOT_FOUND" });
  strictEqual(ends(), 1);
});
