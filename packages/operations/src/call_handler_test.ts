import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { createWorkerEventTarget } from "@alkdev/pubsub/event-target-worker";
import { Type } from "@sinclair/typebox";
import { deferred } from "./_deferred.ts";
import { operation, spec, subscription } from "./_operations.ts";
import { buildCallHandler, type CallHandlerConfig } from "./call_handler.ts";
import { CALL_EVENT_TYPES } from "./call_events.ts";
import { CallError } from "./error.ts";
import { PendingRequestMap } from "./pending_request_map.ts";
import { OperationRegistry } from "./registry.ts";
import { type OperationContext, type OperationSpec, OperationType } from "./types.ts";

type Operation = Parameters<OperationRegistry["registerAll"]>[0][number];

/** One map that calls and answers, or two that an event target joins. */
function loop(
  operations: Operation[],
  options: Partial<CallHandlerConfig> & { two?: boolean } = {},
) {
  const { two, ...config } = options;
  const target = two ? new EventTarget() : undefined;
  const registry = new OperationRegistry();
  registry.registerAll(operations);
  const served = new PendingRequestMap(target);
  const map = two ? new PendingRequestMap(target) : served;
  const handler = buildCallHandler({ registry, callMap: served, ...config });
  const types: string[] = [];
  for (const type of CALL_EVENT_TYPES) served[type].subscribe(() => void types.push(type));
  served["call.requested"].subscribe(handler);
  return { registry, map, served, handler, types };
}

/** Publishes what a remote side would. */
function publish(map: PendingRequestMap, type: string, payload: object): void {
  const pubsub: unknown = Reflect.get(map, "pubsub");
  ok(typeof pubsub === "object" && pubsub !== null && "publish" in pubsub);
  Reflect.apply(pubsub.publish as never, pubsub, [type, "", payload]);
}

async function collect(stream: AsyncIterable<{ data: unknown }>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const { data } of stream) values.push(data);
  return values;
}

for (const two of [false, true]) {
  const where = two ? "between two maps on one event target" : "within one map";

  Deno.test(`a call is answered ${where}, with one response and no completed`, async () => {
    const { map, types } = loop([operation("a.b", (input) => input)], { two });
    strictEqual((await map.call("a.b", "x")).data, "x");
    deepStrictEqual(types, ["call.requested", "call.responded"]);
  });

  for (const pause of [false, true]) {
    Deno.test(`a stream of 50 ${pause ? "with" : "without"} pauses arrives whole ${where}`, async () => {
      const { map } = loop([subscription("a.b", async function* () {
        for (let index = 0; index < 50; index++) {
          if (pause) await Promise.resolve();
          yield index;
        }
      })], { two });
      deepStrictEqual(
        await collect(map.subscribe("a.b", {})),
        Array.from({ length: 50 }, (_, index) => index),
      );
    });
  }

  Deno.test(`an abandoned stream is closed ${where}, and nothing is published for it`, async () => {
    const closed = deferred();
    const { map, types } = loop([subscription("a.b", async function* () {
      try {
        for (;;) {
          yield 1;
          await new Promise((resolve) => setTimeout(resolve));
        }
      } finally {
        closed.resolve();
      }
    })], { two });
    for await (const _ of map.subscribe("a.b", {})) break;
    await closed.promise;
    const afterAbort = types.slice(types.indexOf("call.aborted") + 1);
    deepStrictEqual(afterAbort, []);
    ok(!types.includes("call.completed"));
  });
}

// operations.md §12: any failure becomes the event that the library's mapping gives.
const declared: Partial<OperationSpec> = {
  errorSchemas: [{ code: "MINE", description: "", schema: {} }],
};
const throwing = (error: unknown) => () => {
  throw error;
};
const failures: readonly [string, Operation | undefined, string, RegExp][] = [
  ["an unknown operation", undefined, "OPERATION_NOT_FOUND", /^Operation not found: a\.b$/],
  ["an operation without handler", spec("a.b"), "OPERATION_NOT_FOUND", /^No handler registered/],
  [
    "missing rights",
    operation("a.b", () => 1, { accessControl: { requiredScopes: ["s"] } }),
    "ACCESS_DENIED",
    /identity required/,
  ],
  [
    "bad input",
    operation("a.b", () => 1, { inputSchema: Type.Number() }),
    "VALIDATION_ERROR",
    /^Validation failed for /,
  ],
  [
    "a declared error",
    operation("a.b", throwing(new Error("MINE: x")), declared),
    "MINE",
    /^MINE: x$/,
  ],
  [
    "any other error",
    operation("a.b", throwing(new Error("why")), declared),
    "EXECUTION_ERROR",
    /why/,
  ],
  ["a thrown string", operation("a.b", throwing("odd")), "UNKNOWN_ERROR", /^odd$/],
];
for (const [name, op, code, message] of failures) {
  Deno.test(`${name} is answered with ${code}`, async () => {
    const { map } = loop(op === undefined ? [] : [op]);
    await rejects(map.call("a.b", {}), { code, message });
  });
}

Deno.test("an error in mid-stream comes after the values, and nothing after it", async () => {
  const { map, types } = loop([subscription("a.b", async function* () {
    yield 1;
    throw new Error("why");
  })]);
  const values: unknown[] = [];
  const read = async () => {
    for await (const { data } of map.subscribe("a.b", {})) values.push(data);
  };
  await rejects(read(), { code: "EXECUTION_ERROR" });
  deepStrictEqual(values, [1]);
  deepStrictEqual(types, ["call.requested", "call.responded", "call.error"]);
});

Deno.test("the handler's context comes from the event, and trusted never does", async () => {
  let context: OperationContext | undefined;
  const { handler } = loop([operation("a.b", (_input, given) => void (context = given))]);
  const identity = { id: "ann", scopes: [] };
  const event = {
    requestId: "r",
    operationId: "a.b",
    input: {},
    parentRequestId: "p",
    identity,
    metadata: { m: 1 },
    trusted: true,
    internal: true,
  };
  await handler(event);
  deepStrictEqual(context, { requestId: "r", parentRequestId: "p", identity, metadata: { m: 1 } });
});

Deno.test("a trusted event opens nothing", async () => {
  const { handler, served } = loop([
    operation("a.b", () => 1, { accessControl: { requiredScopes: ["s"] } }),
  ]);
  const codes: string[] = [];
  served["call.error"].subscribe(({ code }) => void codes.push(code));
  const event = { requestId: "r", operationId: "a.b", input: {}, trusted: true };
  await handler(event);
  deepStrictEqual(codes, ["ACCESS_DENIED"]);
});

Deno.test("identify() replaces the identity that the sender wrote", async () => {
  const { map } = loop([
    operation("a.b", (_input, { identity }) => identity?.id, {
      accessControl: { requiredScopes: ["s"] },
    }),
  ], { identify: ({ metadata }) => metadata?.good ? { id: "real", scopes: ["s"] } : undefined });
  const identity = { id: "forged", scopes: ["s"] };
  await rejects(map.call("a.b", {}, { identity }), { code: "ACCESS_DENIED" });
  strictEqual((await map.call("a.b", {}, { identity, metadata: { good: true } })).data, "real");
});

Deno.test("an operation that is granted to be internal does not exist here", async () => {
  const { map, registry } = loop([]);
  registry.register(operation("a.b", () => 1), { visibility: "internal" });
  await rejects(map.call("a.b", {}), {
    code: "OPERATION_NOT_FOUND",
    message: "Operation not found: a.b",
  });
});

Deno.test("an aborted call's late answer is suppressed, and serving it is over at once", async () => {
  const gate = deferred();
  const { map, handler, types } = loop([operation("a.b", () => gate.promise)]);
  const served = handler({ requestId: "mine", operationId: "a.b", input: {} });
  publish(map, "call.aborted", { requestId: "mine" });
  await served;
  gate.resolve();
  await gate.promise;
  await Promise.resolve();
  deepStrictEqual(types, ["call.aborted"]);
});

Deno.test("an abort closes a stream whose next value never comes", async () => {
  const returned = deferred();
  const { registry, map, handler } = loop([spec("a.b", { type: OperationType.SUBSCRIPTION })]);
  const handlers: unknown = Reflect.get(registry, "handlers");
  ok(handlers instanceof Map);
  const asked = deferred();
  // Behind the registry's checks: a generator's own return() would wait for the value in flight.
  handlers.set("a.b", () => ({
    [Symbol.asyncIterator]: () => ({
      next: () => {
        asked.resolve();
        return new Promise(() => {});
      },
      return: (value: unknown) => {
        returned.resolve();
        return Promise.resolve({ done: true, value });
      },
    }),
  }));
  const served = handler({ requestId: "mine", operationId: "a.b", input: {} });
  await asked.promise;
  publish(map, "call.aborted", { requestId: "mine" });
  await returned.promise;
  await served;
});

Deno.test("serving settles the wait of a map that asked under the same id", async () => {
  const { registry } = loop([operation("a.b", () => 5)]);
  const map = new PendingRequestMap();
  const promise = map.call("a.b", {});
  const entries: unknown = Reflect.get(map, "entries");
  ok(entries instanceof Map);
  const [requestId] = entries.keys();
  await buildCallHandler({ registry, callMap: map })({ requestId, operationId: "a.b", input: {} });
  strictEqual((await promise).data, 5);
});

Deno.test("an error whose details cannot travel is answered without them", async () => {
  const { port1, port2 } = new MessageChannel();
  const [near, far] = [port1, port2].map((port) =>
    // The types of a map know the DOM's targets only.
    new PendingRequestMap(createWorkerEventTarget({ port }) as never)
  );
  ok(near !== undefined && far !== undefined);
  const registry = new OperationRegistry();
  registry.register(operation(
    "a.b",
    throwing(new CallError("MINE", "why", { uncloneable: () => {} })),
  ));
  far["call.requested"].subscribe(buildCallHandler({ registry, callMap: far }));
  await rejects(near.call("a.b", {}), { code: "MINE", message: "why", details: undefined });
  near.close();
  far.close();
  port1.close();
  port2.close();
});
