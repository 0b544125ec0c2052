import {
  deepStrictEqual,
  notStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { operation, spec, subscription } from "./_operations.ts";
import { OperationRegistry } from "./registry.ts";
import { httpEnvelope, localEnvelope } from "./response-envelope.ts";
import { OperationType } from "./types.ts";

const echo = operation("test.echo", (input) => input);

Deno.test("register() makes get(), getSpec(), getHandler() and getByName() find the operation", () => {
  const registry = new OperationRegistry();
  registry.register(echo);
  deepStrictEqual(registry.get("test.echo"), echo);
  deepStrictEqual(registry.getByName("test", "echo"), echo);
  strictEqual(registry.getHandler("test.echo"), echo.handler);
  strictEqual(registry.getSpec("test.echo"), registry.getSpec("test.echo"));
  ok(!("handler" in (registry.getSpec("test.echo") ?? {})));
  notStrictEqual(registry.get("test.echo"), registry.get("test.echo"));
});

Deno.test("unknown ids give undefined", () => {
  const registry = new OperationRegistry();
  strictEqual(registry.get("no.op"), undefined);
  strictEqual(registry.getSpec("no.op"), undefined);
  strictEqual(registry.getHandler("no.op"), undefined);
  strictEqual(registry.getByName("no", "op"), undefined);
  deepStrictEqual(registry.list(), []);
});

Deno.test("a specification without a handler has a handler key all the same", () => {
  const registry = new OperationRegistry();
  registry.register(spec("a.b"));
  deepStrictEqual(registry.get("a.b"), { ...spec("a.b"), handler: undefined });
});

Deno.test("registerSpec() never stores a handler", async () => {
  const registry = new OperationRegistry();
  registry.registerSpec(echo);
  strictEqual(registry.getHandler("test.echo"), undefined);
  await rejects(registry.execute("test.echo", 1, {}), {
    code: "OPERATION_NOT_FOUND",
    message: "No handler registered for operation: test.echo",
    details: { operationId: "test.echo" },
  });
});

Deno.test("registerHandler() completes a specification", async () => {
  const registry = new OperationRegistry();
  registry.registerSpec(spec("a.b"));
  registry.registerHandler("a.b", () => 7);
  strictEqual((await registry.execute("a.b", {}, {})).data, 7);
});

Deno.test("registerHandler() refuses an unknown operation", () => {
  throws(
    () => new OperationRegistry().registerHandler("a.b", () => 1),
    /Cannot register handler for unknown operation/,
  );
});

Deno.test("the same id again replaces the operation and keeps its place", () => {
  const registry = new OperationRegistry();
  registry.registerAll([operation("a.b", () => 1), operation("c.d", () => 2)]);
  registry.register({ ...spec("a.b"), description: "new" });
  deepStrictEqual(registry.getAllSpecs().map(({ description }) => description), [
    "new",
    "Operation c.d",
  ]);
  ok(registry.getHandler("a.b"), "the old handler stays where the new registration brings none");
  deepStrictEqual(registry.list().map(({ name }) => name), ["b", "d"]);
});

Deno.test("dots in either part lead to the same id, and the later registration wins", () => {
  const registry = new OperationRegistry();
  registry.register({ ...spec("a.b"), namespace: "a.b", name: "c" });
  registry.register({ ...spec("a.b"), namespace: "a", name: "b.c" });
  strictEqual(registry.getSpec("a.b.c")?.namespace, "a");
  strictEqual(registry.list().length, 1);
});

Deno.test("registerAll() stops at the first throw and keeps what came before", () => {
  const registry = new OperationRegistry();
  const bad = { ...spec("b.b"), inputSchema: JSON.parse("{}") };
  throws(() => registry.registerAll([spec("a.a"), bad, spec("c.c")]), /expected a TypeBox schema/);
  deepStrictEqual(registry.getAllSpecs().map(({ name }) => name), ["a"]);
});

Deno.test("a schema that the adapter refuses stores nothing", () => {
  const registry = new OperationRegistry();
  throws(() => registry.register({ ...echo, outputSchema: JSON.parse("{}") }));
  strictEqual(registry.getSpec("test.echo"), undefined);
  strictEqual(registry.getHandler("test.echo"), undefined);
});

// operations.md §7.1: what passes for the handler of a subscription.
const stream = async function* () {
  yield 1;
};
const handlers: readonly [string, () => unknown, boolean][] = [
  ["an async generator function", stream, true],
  ["a bound async generator function", stream.bind(null), true],
  ["an async function", () => Promise.resolve(), false],
  ["a plain function that returns an async iterable", () => stream(), false],
  ["a sync generator function", function* () {}, false],
];
for (const [name, handler, passes] of handlers) {
  Deno.test(`the handler of a subscription ${passes ? "may" : "cannot"} be ${name}`, () => {
    const registry = new OperationRegistry();
    registry.registerSpec(spec("s.spec", { type: OperationType.SUBSCRIPTION }));
    // deno-lint-ignore no-explicit-any -- kinds of functions that the types would refuse
    const odd = handler as any;
    const both = [
      () => registry.registerHandler("s.spec", odd),
      () => registry.register({ ...subscription("s.both", stream), handler: odd }),
    ];
    for (const register of both) {
      if (passes) register();
      else throws(register, /must be an async generator function/i);
    }
    // D9: a refused handler leaves nothing behind.
    strictEqual(registry.getSpec("s.both") !== undefined, passes);
  });
}

Deno.test("execute() wraps what the handler gives and passes input and context as they are", async () => {
  const registry = new OperationRegistry();
  const input = { a: 1 };
  const context = { requestId: "r" };
  const seen: unknown[] = [];
  registry.register(operation("a.b", (...args) => {
    seen.push(...args);
    return "out";
  }));
  const envelope = await registry.execute("a.b", input, context);
  strictEqual(envelope.data, "out");
  strictEqual(envelope.meta.source, "local");
  strictEqual(seen[0], input);
  strictEqual(seen[1], context);
});

Deno.test("execute() gives a handler's own envelope back as the same object", async () => {
  const registry = new OperationRegistry();
  const envelope = httpEnvelope(1, { statusCode: 200, headers: {}, contentType: "" });
  registry.register(operation("a.b", () => envelope));
  strictEqual(await registry.execute("a.b", {}, {}), envelope);
});

Deno.test("execute() rejects for an unknown operation", async () => {
  await rejects(new OperationRegistry().execute("no.op", 1, {}), {
    name: "CallError",
    code: "OPERATION_NOT_FOUND",
    message: "Operation not found: no.op",
    details: { operationId: "no.op" },
  });
});

Deno.test("execute() checks access before input", async () => {
  const registry = new OperationRegistry();
  registry.register(operation("a.b", () => 1, {
    inputSchema: Type.Object({ n: Type.Number() }),
    accessControl: { requiredScopes: ["s"] },
  }));
  const wrong = {};
  await rejects(registry.execute("a.b", wrong, {}), { code: "ACCESS_DENIED" });
  const identity = { id: "ann", scopes: ["s"] };
  await rejects(registry.execute("a.b", wrong, { identity }), {
    code: "VALIDATION_ERROR",
    message: /Validation failed for Input validation failed for a\.b:\n {2}- \/n: /,
    details: {
      operationId: "a.b",
      errors: [{ path: "/n", message: "Expected required property" }, {
        path: "/n",
        message: "Expected number",
      }],
    },
  });
  strictEqual((await registry.execute("a.b", { n: 1 }, { identity })).data, 1);
  strictEqual((await registry.execute("a.b", { n: 1 }, { trusted: true })).data, 1);
});

Deno.test("execute() rethrows what the handler throws, untouched", async () => {
  const registry = new OperationRegistry();
  const error = new RangeError("mine");
  registry.register(operation("a.b", () => {
    throw error;
  }));
  await rejects(registry.execute("a.b", {}, {}), (thrown) => thrown === error);
});

Deno.test("execute() refuses a subscription and names subscribe()", async () => {
  const registry = new OperationRegistry();
  registry.register(subscription("s.s", stream));
  await rejects(registry.execute("s.s", {}, {}), {
    code: "EXECUTION_ERROR",
    message: /subscribe\(\)/,
  });
});

// operations.md §7.3: what the cast to the output schema makes of a result.
const outputs: readonly [string, ReturnType<typeof Type.Object>, unknown, unknown][] = [
  [
    "a missing field appears with its zero value",
    Type.Object({ result: Type.String(), count: Type.Number() }),
    { result: "ok" },
    { result: "ok", count: 0 },
  ],
  [
    "a wrong object gets what the schema asks for",
    Type.Object({ result: Type.String() }),
    { unexpected: "x" },
    { result: "" },
  ],
  ["nothing becomes an invented object", Type.Object({ a: Type.Boolean() }), undefined, {
    a: false,
  }],
  [
    "a default is used",
    Type.Object({ a: Type.String({ default: "d" }) }),
    {},
    { a: "d" },
  ],
];
for (const [name, outputSchema, result, expected] of outputs) {
  Deno.test(`execute() casts the output: ${name}`, async () => {
    const registry = new OperationRegistry();
    registry.register(operation("a.b", () => result, { outputSchema }));
    deepStrictEqual((await registry.execute("a.b", {}, {})).data, expected);
  });
}

Deno.test("execute() leaves a result that fits as the same reference", async () => {
  const registry = new OperationRegistry();
  const result = { a: "x", more: 1 };
  registry.register(
    operation("a.b", () => result, { outputSchema: Type.Object({ a: Type.String() }) }),
  );
  strictEqual((await registry.execute("a.b", {}, {})).data, result);
});

Deno.test("execute() casts inside a handler's envelope, in a copy if it is frozen", async () => {
  const registry = new OperationRegistry();
  const outputSchema = Type.Object({ a: Type.String() });
  const loose = localEnvelope({}, "x.y");
  const frozen = Object.freeze(localEnvelope({}, "x.y"));
  registry.register(operation("a.loose", () => loose, { outputSchema }));
  registry.register(operation("a.frozen", () => frozen, { outputSchema }));
  strictEqual(await registry.execute("a.loose", {}, {}), loose);
  deepStrictEqual(loose.data, { a: "" });
  const copy = await registry.execute("a.frozen", {}, {});
  notStrictEqual(copy, frozen);
  deepStrictEqual(copy.data, { a: "" });
  deepStrictEqual(frozen.data, {});
});

Deno.test("a sealed registry takes nothing more", () => {
  const registry = new OperationRegistry();
  registry.registerSpec(spec("a.b"));
  registry.seal();
  throws(() => registry.register(echo), TypeError);
  throws(() => registry.registerSpec(echo), TypeError);
  throws(() => registry.registerHandler("a.b", () => 1), TypeError);
});

Deno.test("resolve() finds an operation by its registry name only", () => {
  const registry = new OperationRegistry();
  registry.register({ ...spec("docker.x"), name: "container/exec" });
  registry.register({ ...spec("a.b"), namespace: "a.b", name: "c" });
  strictEqual(registry.resolve("docker/container/exec")?.id, "docker.container/exec");
  strictEqual(registry.resolve("a/b.c"), undefined);
  strictEqual(registry.resolve("no/op"), undefined);
});

Deno.test("the handlers of a registry are a map that getHandler() reads", () => {
  const registry = new OperationRegistry();
  registry.registerSpec(spec("a.b"));
  const handlers: unknown = Reflect.get(registry, "handlers");
  ok(handlers instanceof Map);
  const handler = () => 1;
  handlers.set("a.b", handler);
  strictEqual(registry.getHandler("a.b"), handler);
});

Deno.test("execute() gives a result that no cast can mend as it is", async () => {
  const registry = new OperationRegistry();
  const outputSchema = Type.Object({ id: Type.String({ pattern: "^[a-z]+$" }) });
  registry.register(operation("a.b", () => ({ id: 7 }), { outputSchema }));
  deepStrictEqual((await registry.execute("a.b", {}, {})).data, { id: 7 });
});
