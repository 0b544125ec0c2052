import { deepStrictEqual } from "node:assert/strict";
import {
  createDispatcher,
  OperationRegistry,
  OperationType,
  registryView,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { callEventSubject, encodeJson, openStreamReader } from "@hub/bus";
import { testBus } from "../../../tests/harness/bus.ts";
import { tail } from "./tail.ts";

Deno.test("what was stored late, or twice, is told neither after its end nor again", async () => {
  await using world = await testBus();
  const { bus } = world;
  const common = { trace: "0".repeat(32), request: "r", operation: "test/echo", at: 0 };
  const tell = (...calls: object[]) =>
    bus.requests.publish(
      callEventSubject(bus.realm, "n1"),
      encodeJson({ at: 0, calls: calls.map((call) => ({ ...common, ...call })) }),
    );
  const over = { us: 1, outcome: "ok" };
  await tell({ id: "a" }, { id: "b", ...over });
  // Tried again, and stored after what was sent later.
  await tell({ id: "b" }, { id: "a", ...over });
  await tell({ id: "b", ...over }, { id: "a" });
  await tell({ id: "c", ...over });
  const registry = new OperationRegistry();
  registry.register({
    ...{ namespace: "test", name: "follow", version: "1.0.0", type: OperationType.SUBSCRIPTION },
    ...{ description: "For tests", accessControl: { requiredScopes: ["admin"] } },
    ...{ inputSchema: Type.Unknown(), outputSchema: Type.Unknown() },
    handler: async function* (_input, context) {
      yield* tail(ports, { from: "0.0" }, context);
    },
  }, { visibility: "external" });
  const view = registryView(registry);
  const ports = {
    ...{ bus, reader: await openStreamReader(bus), view: () => view },
    calls: {
      list: () => Promise.resolve([]),
      find: () => Promise.resolve([]),
      trace: () => Promise.resolve([]),
      family: () => Promise.resolve([]),
    },
  };
  const told: string[] = [];
  const following = await createDispatcher({ view }).subscribe({
    ...{ operation: "/test/follow", input: {} },
    identity: { id: "root", scopes: ["admin", "calls:read"] },
  });
  for await (const item of following) {
    const { id, status } = Object(item);
    told.push(`${id} ${status}`);
    if (id === "c") break;
  }
  deepStrictEqual(told, ["a running", "b ok", "a ok", "c ok"]);
});
