import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { operation, spec, subscription } from "./_operations.ts";
import { OperationRegistry } from "./registry.ts";
import { localEnvelope } from "./response-envelope.ts";
import { subscribe } from "./subscribe.ts";
import { OperationType } from "./types.ts";

Deno.test("subscribe() does nothing before the first pull, not even fail", async () => {
  const stream = subscribe(new OperationRegistry(), "no.op", {}, {});
  await rejects(stream.next(), { code: "OPERATION_NOT_FOUND" });
});

Deno.test("subscribe() passes the same gates as execute(), in the same order", async () => {
  const registry = new OperationRegistry();
  registry.registerSpec(spec("a.bare", { type: OperationType.SUBSCRIPTION }));
  registry.register(subscription("a.b", async function* () {}, {
    inputSchema: Type.Object({ n: Type.Number() }),
    accessControl: { requiredScopes: ["s"] },
  }));
  await rejects(subscribe(registry, "a.bare", {}, {}).next(), { code: "OPERATION_NOT_FOUND" });
  await rejects(subscribe(registry, "a.b", {}, {}).next(), { code: "ACCESS_DENIED" });
  const context = { identity: { id: "ann", scopes: ["s"] } };
  await rejects(subscribe(registry, "a.b", {}, context).next(), { code: "VALIDATION_ERROR" });
});

Deno.test("subscribe() wraps values, passes envelopes on, and leaves outputs unchecked", async () => {
  const envelope = localEnvelope("e", "x.y");
  const registry = new OperationRegistry();
  registry.register(subscription("a.b", async function* () {
    yield null;
    yield envelope;
  }, { outputSchema: Type.Number() }));
  const values = [];
  for await (const value of subscribe(registry, "a.b", {}, {})) values.push(value);
  strictEqual(values[0]?.data, null);
  strictEqual(values[0]?.meta.source, "local");
  strictEqual(values[1], envelope);
});

// Placed behind the registry's checks; operations.md §8.
for (const result of [null, undefined, {}, Promise.resolve([])]) {
  Deno.test(`subscribe() refuses a handler that gives ${Object.prototype.toString.call(result)}`, async () => {
    const registry = new OperationRegistry();
    registry.register(operation("a.b", () => result));
    await rejects(subscribe(registry, "a.b", {}, {}).next(), {
      code: "EXECUTION_ERROR",
      message: /must return an async iterable/,
      details: { operationId: "a.b" },
    });
  });
}

Deno.test("subscribe() calls the handler when it is first pulled, and once", async () => {
  let calls = 0;
  const registry = new OperationRegistry();
  registry.register(subscription("a.b", async function* () {
    calls += 1;
    yield 1;
    yield 2;
  }));
  const stream = subscribe(registry, "a.b", {}, {});
  strictEqual(calls, 0);
  await stream.next();
  await stream.next();
  strictEqual(calls, 1);
  await stream.return();
});

for (const ending of ["exhaustion", "break", "handler error"] as const) {
  Deno.test(`subscribe() has closed the handler's iterator after ${ending}`, async () => {
    let returned = 0;
    const registry = new OperationRegistry();
    const iterable = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          ending === "handler error"
            ? Promise.reject(new Error("mine"))
            : Promise.resolve({ done: ending === "exhaustion", value: 1 }),
        return: (value: unknown) => {
          strictEqual(value, undefined);
          returned += 1;
          return Promise.resolve({ done: true, value });
        },
      }),
    };
    registry.register(operation("a.b", () => iterable));
    const loop = async () => {
      for await (const _ of subscribe(registry, "a.b", {}, {})) break;
    };
    if (ending === "handler error") await rejects(loop(), /^Error: mine$/);
    else await loop();
    strictEqual(returned, 1);
  });
}

Deno.test("subscribe() waits for the handler's finally before the consumer's loop is over", async () => {
  let cleaned = false;
  const registry = new OperationRegistry();
  registry.register(subscription("a.b", async function* () {
    try {
      yield 1;
      yield 2;
    } finally {
      await Promise.resolve();
      cleaned = true;
    }
  }));
  for await (const _ of subscribe(registry, "a.b", {}, {})) break;
  ok(cleaned);
});

Deno.test("an iterator without return() is fine", async () => {
  const registry = new OperationRegistry();
  const steps = [{ done: false, value: 1 }, { done: true, value: undefined }];
  const iterable = {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(steps.shift()) }),
  };
  registry.register(operation("a.b", () => iterable));
  const values = [];
  for await (const { data } of subscribe(registry, "a.b", {}, {})) values.push(data);
  deepStrictEqual(values, [1]);
});
