import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  CallError,
  createDispatcher,
  type Dispatcher,
  OperationRegistry,
  OperationType,
  registryView,
} from "@alkdev/operations";
import { type Bus, BusError, callEventSubject, openStreamReader, streamBounds } from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { testBus } from "../../tests/harness/bus.ts";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { startProxy } from "../../tests/harness/proxy.ts";
import { until } from "../../tests/harness/until.ts";
import { type CallEvent, readCallEvents } from "./call_event.ts";
import { createCallPublisher, type PublishCallsOptions } from "./publish_calls.ts";
import { recordCalls } from "./record_calls.ts";

const ANN = { id: "ann", scopes: [] };

/** A dispatcher whose calls are told, and what holds `test/wait` up. */
function telling(
  options: Pick<PublishCallsOptions, "bus" | "onDropped" | "maxWaiting" | "maxWaitingChars">,
  { payloads = false } = {},
) {
  const go = Promise.withResolvers<void>();
  const publisher = createCallPublisher({ ...options, node: "n1" });
  const registry = new OperationRegistry();
  const common = {
    ...{ namespace: "test", version: "1.0.0", description: "", type: OperationType.QUERY },
    inputSchema: Type.Object({
      password: Type.Optional(Type.String({ secret: true })),
      text: Type.Optional(Type.String()),
    }, { additionalProperties: false }),
    outputSchema: Type.Unknown(),
    accessControl: { requiredScopes: [] },
  };
  const open = { visibility: "external", public: true } as const;
  registry.register({ ...common, name: "echo", handler: (input: unknown) => input }, open);
  registry.register({ ...common, name: "wait", handler: () => go.promise }, open);
  registry.register({
    ...{ ...common, name: "fail", errorSchemas: [] },
    handler() {
      throw new CallError("TIMEOUT", "slow");
    },
  }, open);
  const observe = recordCalls({ publisher, payloads });
  const dispatcher = createDispatcher({ view: registryView(registry), observe });
  return { publisher, dispatcher, go: go.resolve };
}

const call = (dispatcher: Dispatcher, operation: string, input: unknown = {}, requestId = "r") =>
  dispatcher.call({ operation, input, requestId, identity: ANN });

/** A bus, and another one to the same realm that a proxy can part from it. */
async function openParted() {
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await testBus());
  const { port } = new URL(testEnvironment().natsUrl);
  const proxy = stack.use(startProxy({ port: Number(port) }));
  const { realm } = world.bus;
  const away = stack.use(await testBus({ realm, servers: `nats://127.0.0.1:${proxy.port}` }));
  const parts = stack.move();
  return { world, proxy, away, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** All that is stored, message by message. */
async function stored(bus: Bus): Promise<readonly (readonly CallEvent[])[]> {
  const reader = await openStreamReader(bus);
  const subject = callEventSubject(bus.realm, "n1");
  const messages = await Array.fromAsync(reader.read("CALLS", { subject }));
  return messages.map(({ data }) => readCallEvents(data));
}

Deno.test("calls of a moment are told in one message, each once, with how it ended", async () => {
  await using world = await testBus();
  const { publisher, dispatcher } = telling(world);
  const startedAt = Date.now();
  await call(dispatcher, "test/echo", {}, 'a "quoted" id');
  await call(dispatcher, "test/fail").catch(() => undefined);
  await call(dispatcher, "test/echo", { unknown: 1 }).catch(() => undefined);
  await publisher[Symbol.asyncDispose]();
  const [message, ...others] = await stored(world.bus);
  deepStrictEqual(others, []);
  deepStrictEqual(
    message?.map((
      { operation, caller, outcome, request },
    ) => [operation, caller, outcome, request]),
    [
      ["test/echo", "ann", "ok", 'a "quoted" id'],
      ["test/fail", "ann", "TIMEOUT", "r"],
      // Those that are refused are told as well.
      ["test/echo", "ann", "INVALID_INPUT", "r"],
    ],
  );
  for (const { id, trace, at, ms = -1, parent, peer } of message ?? []) {
    match(`${id} ${trace}`, /^[0-9a-f]{16} [0-9a-f]{32}$/);
    ok(Math.abs(at - startedAt) < 10_000 && ms >= 0 && ms < 10_000, `${at} ${ms}`);
    deepStrictEqual([parent, peer], [undefined, undefined]);
  }
});

Deno.test("a call that lasts is told when it begins, and when it ends", async () => {
  await using world = await testBus();
  const { publisher, dispatcher, go } = telling(world);
  const running = call(dispatcher, "test/wait");
  await until(async () => (await stored(world.bus)).length === 1, { what: "the first event" });
  go();
  await running;
  await publisher[Symbol.asyncDispose]();
  const [[begun] = [], [ended] = []] = await stored(world.bus);
  strictEqual(begun?.outcome, undefined);
  deepStrictEqual([ended?.id, ended?.outcome], [begun?.id, "ok"]);
  // Clocks are read at different times.
  ok(Math.abs((ended?.at ?? 0) - (begun?.at ?? 0)) <= 2);
});

Deno.test("inputs and outputs are told only where that is asked for: without secrets, and cut off", async () => {
  await using world = await testBus();
  const { publisher, dispatcher } = telling(world, { payloads: true });
  await call(dispatcher, "test/echo", { password: "hunter2", text: "\0\ud800" });
  await call(dispatcher, "test/echo", { text: "é".repeat(10_000) });
  // A secret in a place where none is expected.
  await call(dispatcher, "test/echo", { pasword: "hunter2" }).catch(() => undefined);
  await publisher[Symbol.asyncDispose]();
  const silent = telling(world);
  await call(silent.dispatcher, "test/echo", { text: "unheard" });
  await silent.publisher[Symbol.asyncDispose]();
  const [[one, long, odd] = [], [none] = []] = await stored(world.bus);
  strictEqual(odd?.input, "…");
  deepStrictEqual(JSON.parse(one?.input ?? ""), { password: "[redacted]", text: "\0\ud800" });
  strictEqual(long?.input?.length, 4097);
  strictEqual(long?.output?.at(-1), "…");
  deepStrictEqual([none?.input, none?.output], [undefined, undefined]);
});

Deno.test("while NATS is away events wait, what does not fit is dropped and counted, and no call is held up", async () => {
  await using place = await openParted();
  const { world, proxy, away } = place;
  let dropped = 0;
  const { publisher, dispatcher } = telling({
    ...{ bus: away.bus, maxWaiting: 50, onDropped: (events) => dropped += events },
  });
  proxy.cut();
  await until(() => away.bus.status !== "connected", { what: "NATS to be away" });
  for (let i = 0; i < 80; i++) await call(dispatcher, "test/echo");
  strictEqual(dropped, 30);
  proxy.heal();
  await until(async () => (await stored(world.bus)).flat().length === 50, {
    what: "what waited to be told",
  });
  await call(dispatcher, "test/echo");
  await publisher[Symbol.asyncDispose]();
  deepStrictEqual([(await stored(world.bus)).flat().length, dropped], [51, 30]);
});

Deno.test("calls that were told of as they began are told of as they end, however full it is meanwhile", async () => {
  await using place = await openParted();
  const { world, proxy, away } = place;
  let dropped = 0;
  const { publisher, dispatcher, go } = telling({
    ...{ bus: away.bus, maxWaiting: 50, maxWaitingChars: 1_000 },
    onDropped: (events) => dropped += events,
  }, { payloads: true });
  const running = Array.from({ length: 120 }, () => call(dispatcher, "test/wait"));
  // Beginnings of all that fit; those of the others are told of nowhere.
  await until(async () => (await stored(world.bus)).flat().length > 0, { what: "beginnings" });
  const begun = (await stored(world.bus)).flat().map(({ id }) => id);
  proxy.cut();
  await until(() => away.bus.status !== "connected", { what: "NATS to be away" });
  for (let i = 0; i < 80; i++) await call(dispatcher, "test/echo", { text: "x".repeat(100) });
  go();
  await Promise.all(running);
  proxy.heal();
  const endedIds = async () =>
    (await stored(world.bus)).flat().filter(({ outcome }) => outcome !== undefined)
      .map(({ id }) => id);
  await until(async () => {
    const ended = new Set(await endedIds());
    return begun.every((id) => ended.has(id));
  }, { what: "ends of all that began" });
  await publisher[Symbol.asyncDispose]();
  const all = await endedIds();
  strictEqual(new Set(all).size, all.length, "each is told once");
  ok(begun.length >= 1 && begun.length <= 50 && dropped > 0, `${begun.length} ${dropped}`);
});

Deno.test("a message that cannot be stored now is stored later, once", async () => {
  await using world = await testBus();
  const { bus } = world;
  let failures = 3, lost = 0;
  const { publisher, dispatcher } = telling({
    bus: {
      ...bus,
      get status() {
        return bus.status;
      },
      requests: {
        ...bus.requests,
        async publish(subject, body, options) {
          const stored = await bus.requests.publish(subject, body, options);
          // It was stored, and the answer gets lost.
          if (failures-- > 0) throw new BusError("TIMEOUT", "the answer is late");
          return stored;
        },
      },
    },
    onDropped: (events) => lost += events,
  });
  await call(dispatcher, "test/echo");
  await until(() => failures < 0, { what: "the last try" });
  await publisher[Symbol.asyncDispose]();
  deepStrictEqual([(await stored(bus)).flat().length, lost], [1, 0]);
});

for (const character of ["x", "漢"]) {
  Deno.test(`many calls at once with much of ${character} are told in few messages, none of them too large to be stored`, async () => {
    await using world = await testBus();
    let dropped = 0;
    const { publisher, dispatcher } = telling({
      ...{ bus: world.bus, onDropped: (events) => dropped += events },
    }, { payloads: true });
    const input = { text: character.repeat(4_000) };
    await Promise.all(Array.from({ length: 1_000 }, () => call(dispatcher, "test/echo", input)));
    await until(async () => (await stored(world.bus)).flat().length + dropped === 1_000, {
      what: "all of them to be told",
    });
    await publisher[Symbol.asyncDispose]();
    const messages = await stored(world.bus);
    deepStrictEqual([messages.flat().length, dropped], [1_000, 0]);
    ok(messages.length > 1 && messages.length < 100, `${messages.length}`);
    strictEqual((await streamBounds(world.bus, "CALLS")).last, messages.length);
  });
}

Deno.test("inputs and outputs wait only as far as there is room for them, and take none once they are told", async () => {
  await using world = await testBus();
  let dropped = 0;
  const { publisher, dispatcher } = telling({
    ...{ bus: world.bus, onDropped: (events) => dropped += events, maxWaitingChars: 1_000 },
  }, { payloads: true });
  const large = { text: "x".repeat(800) }, small = { text: "y" };
  for (const telling of ["first", "second"]) {
    await call(dispatcher, "test/echo", large, telling);
    await call(dispatcher, "test/echo", large, telling);
    await call(dispatcher, "test/echo", small, telling);
    await until(async () => (await stored(world.bus)).flat().at(-1)?.request === telling, {
      what: `the ${telling} events`,
    });
  }
  await publisher[Symbol.asyncDispose]();
  const said = (await stored(world.bus)).flat().map(({ request, input, output }) =>
    [request, input?.length, output] as const
  );
  const length = JSON.stringify(large).length, text = JSON.stringify(small);
  deepStrictEqual(said, [
    ["first", length, "…"],
    ["first", text.length, text],
    ["second", length, "…"],
    ["second", text.length, text],
  ]);
  strictEqual(dropped, 2);
});
