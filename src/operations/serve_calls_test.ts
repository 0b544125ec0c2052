import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import {
  CallError,
  createDispatcher,
  type OperationContext,
  OperationRegistry,
  OperationType,
  registryView,
  writeFrame,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { createHeaders, encodeText, hubCallsSubject } from "@hub/bus";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { createHubCaller } from "./hub_caller.ts";
import { ADDRESS_HEADER, answersSecretIn } from "./sealed_answers.ts";
import { type CallLimits, serveCalls } from "./serve_calls.ts";

const SECRET = "hunter2-hunter2";
const who = { id: "tester", scopes: [] };

/** Operations that can be held, and a caller of them on a connection of its own. */
async function startServing(limits: CallLimits = {}) {
  await using stack = new AsyncDisposableStack();
  const hold = Promise.withResolvers<void>();
  const seen = { produced: 0, streams: 0, made: 0, held: 0, failed: 0 };
  const registry = new OperationRegistry();
  const common = {
    ...{ namespace: "hub", version: "1.0.0", description: "for tests" },
    ...{ accessControl: { requiredScopes: [] }, outputSchema: Type.Unknown() },
    inputSchema: Type.Unknown(),
  };
  const open = { visibility: "external", public: true } as const;
  const query = { ...common, type: OperationType.QUERY };
  registry.register({ ...query, name: "hold", handler: () => (seen.held++, hold.promise) }, open);
  registry.register({ ...query, name: "echo", handler: (input: unknown) => input }, open);
  registry.register({
    ...query,
    name: "make-key",
    outputSchema: Type.Object({ key: Type.String({ secret: true }), name: Type.String() }),
    handler: () => ({ key: SECRET, name: `key ${++seen.made}` }),
  }, open);
  registry.register({
    ...query,
    name: "fail",
    // In the words of the refusal of those whose answers are sealed.
    handler() {
      seen.failed++;
      const message = "the answer holds a secret, which is sent sealed alone";
      throw new CallError("VALIDATION_ERROR", message, { reason: "sealed_only" });
    },
  }, open);
  registry.register({ ...query, name: "huge", handler: () => "x".repeat(2_000_000) }, open);
  const subscription = { ...common, type: OperationType.SUBSCRIPTION };
  registry.register({
    ...subscription,
    name: "watch-keys",
    outputSchema: Type.Object({ key: Type.String({ secret: true }) }),
    handler: async function* () {
      seen.made++;
      yield { key: SECRET };
    },
  }, open);
  registry.register({
    ...subscription,
    name: "count",
    handler: async function* (input: unknown, { signal }: OperationContext) {
      seen.streams++;
      signal?.addEventListener("abort", () => seen.streams--);
      const up = typeof input === "number" ? input : Infinity;
      for (let n = 1; n <= up; n++) {
        seen.produced = n;
        yield n;
      }
      if (up === 0) await new Promise((resolve) => signal?.addEventListener("abort", resolve));
    },
  }, open);
  const { bus } = stack.use(await testBus());
  const view = registryView(registry);
  const served = await serveCalls(bus, {
    ...{ dispatcher: createDispatcher({ view }), identity: who, limits },
    answersSecret: (operation) => answersSecretIn(view, operation),
  });
  const far = stack.use(await testBus({ realm: bus.realm }));
  // Before the connections, and once if a test does it by itself.
  stack.use(served);
  stack.defer(() => hold.resolve());
  const parts = stack.move();
  return {
    ...{ seen, served, bus, far, caller: createHubCaller(far.bus), release: hold.resolve },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

Deno.test("a call is answered over the bus", async () => {
  await using serving = await startServing();
  deepStrictEqual(await serving.caller.call("hub/echo", { a: [1, null] }), { a: [1, null] });
});

Deno.test("a secret in an answer reaches who asked, and nobody who listens to NATS", async () => {
  await using serving = await startServing();
  const { far: { bus }, caller } = serving;
  const heard: string[] = [];
  const listener = bus.connection.subscribe(`${bus.realm}.>`, {
    callback: (_error, { data, headers }) =>
      void heard.push(`${headers} ${new TextDecoder().decode(data)}`),
  });
  deepStrictEqual(await caller.call("hub/make-key", {}), { key: SECRET, name: "key 1" });
  deepStrictEqual(await caller.call("hub/echo", "in clear"), "in clear");
  await bus.connection.flush();
  ok(heard.some((text) => text.includes("in clear")), "the listener heard what was said");
  ok(!heard.some((text) => text.includes(SECRET) || text.includes("key 1")));
  listener.unsubscribe();
});

Deno.test("a secret is neither made nor told to who names no address for it", async () => {
  await using serving = await startServing();
  const { far: { bus }, seen } = serving;
  const payload = { operation: "hub/make-key", input: {} };
  const frame = writeFrame({ type: "call.requested", id: "1", payload });
  const subject = hubCallsSubject(bus.realm);
  for (const address of ["", "no address"]) {
    const headers = createHeaders(address === "" ? {} : { [ADDRESS_HEADER]: address });
    const { data } = await bus.requests.request(subject, encodeText(frame), { headers });
    const answer = new TextDecoder().decode(data);
    ok(answer.includes("sealed alone") && !answer.includes(SECRET), answer);
  }
  strictEqual(seen.made, 0);
});

Deno.test("who was told that an answer is sealed asks at once in the right way the next time", async () => {
  await using serving = await startServing();
  const { far: { bus }, caller, seen } = serving;
  const said = async () => {
    const before = bus.connection.stats().outMsgs;
    await caller.call("hub/make-key", {});
    return bus.connection.stats().outMsgs - before;
  };
  deepStrictEqual([await said(), await said(), seen.made], [2, 1, 2]);
});

Deno.test("what an operation fails with is no reason to run it again", async () => {
  await using serving = await startServing();
  await rejects(serving.caller.call("hub/fail", {}), { code: "VALIDATION_ERROR" });
  strictEqual(serving.seen.failed, 1);
});

Deno.test("a subscription to secrets is refused before anything is made", async () => {
  await using serving = await startServing();
  await rejects(serving.caller.subscribe("hub/watch-keys", {}).next(), {
    code: "VALIDATION_ERROR",
  });
  strictEqual(serving.seen.made, 0);
});

Deno.test("more calls at once than allowed are refused, and taken again when there is room", async () => {
  await using serving = await startServing({ calls: 2 });
  const { caller, release } = serving;
  const held = [caller.call("hub/hold", {}), caller.call("hub/hold", {})];
  await until(
    () => caller.call("hub/echo", 1).then(() => false, ({ code }) => code === "RATE_LIMITED"),
    {
      what: "a refusal",
    },
  );
  release();
  await Promise.all(held);
  strictEqual(await caller.call("hub/echo", 1), 1);
});

Deno.test("where there is no room, an address for a secret is not even looked at", async () => {
  await using serving = await startServing({ calls: 0 });
  const payload = { operation: "hub/make-key", input: {} };
  const frame = writeFrame({ type: "call.requested", id: "1", payload });
  const { bus } = serving.far;
  const { data } = await bus.requests.request(hubCallsSubject(bus.realm), encodeText(frame));
  const answer = new TextDecoder().decode(data);
  ok(answer.includes("RATE_LIMITED"), answer);
});

Deno.test("more subscriptions at once than allowed are refused", async () => {
  await using serving = await startServing({ subscriptions: 1 });
  const first = serving.caller.subscribe("hub/count", 3);
  await first.next();
  await rejects(serving.caller.subscribe("hub/count", 3).next(), {
    code: "RATE_LIMITED",
    retryable: true,
  });
  await first.return();
});

Deno.test("a subscription gives all its values and ends", async () => {
  await using serving = await startServing();
  deepStrictEqual(await Array.fromAsync(serving.caller.subscribe("hub/count", 5)), [1, 2, 3, 4, 5]);
});

Deno.test("a consumer that is slow holds the producer back", async () => {
  await using serving = await startServing();
  const values = serving.caller.subscribe("hub/count", undefined);
  for (let n = 0; n < 3; n++) await values.next();
  // Whatever was asked before this has been answered.
  await serving.caller.call("hub/echo", 1);
  ok(serving.seen.produced <= 4, `${serving.seen.produced} were produced`);
  await values.return();
});

Deno.test("a caller that leaves is noticed at once", async () => {
  await using serving = await startServing();
  const values = serving.caller.subscribe("hub/count", undefined);
  await values.next();
  strictEqual(serving.seen.streams, 1);
  await values.return();
  await until(() => serving.seen.streams === 0, { what: "the stream to end" });
});

Deno.test("a caller whose connection is gone is noticed, though there is nothing to tell", async () => {
  await using serving = await startServing({ askMs: 30 });
  const waiting = serving.caller.subscribe("hub/count", 0).next();
  waiting.catch(() => undefined);
  await until(() => serving.seen.streams === 1, { what: "the stream to begin" });
  await serving.far.bus.connection.close();
  await until(() => serving.seen.streams === 0, { what: "the stream to end" });
});

Deno.test("a silent subscription goes on as long as its caller is there", async () => {
  await using serving = await startServing({ askMs: 10 });
  const stop = new AbortController();
  const { signal } = stop;
  const waiting = rejects(serving.caller.subscribe("hub/count", 0, { signal }).next(), /enough/);
  await until(() => serving.seen.streams === 1, { what: "the stream to begin" });
  for (let n = 0; n < 50; n++) await serving.caller.call("hub/echo", n);
  strictEqual(serving.seen.streams, 1);
  stop.abort(new Error("enough"));
  await waiting;
  await until(() => serving.seen.streams === 0, { what: "the stream to end" });
});

Deno.test("an answer that no message can hold is an error, not silence", async () => {
  await using serving = await startServing();
  await rejects(serving.caller.call("hub/huge", {}), { name: "CallError" });
});

Deno.test("a node that stops tells those who wait that they may try again", async () => {
  await using serving = await startServing();
  const unavailable = { code: "UNAVAILABLE", retryable: true };
  const { seen, served, caller, bus } = serving;
  let told = 0;
  // Longer than anybody waits here: what ends the call is that the node stops.
  const call = rejects(caller.call("hub/hold", {}, { timeoutMs: 600_000 }), unavailable);
  const end = rejects(caller.subscribe("hub/count", 0).next(), unavailable);
  for (const one of [call, end]) void one.then(() => told++, () => undefined);
  await until(() => seen.streams === 1 && seen.held === 1, { what: "both to begin" });
  const stopped = served[Symbol.asyncDispose]();
  await until(() => told === 2, { what: "both to be told" });
  await Promise.all([call, end, stopped]);
  strictEqual(bus.requests.inFlight, 0);
});

Deno.test("a node that has stopped says nothing any more", async () => {
  await using serving = await startServing();
  const { seen, served, caller, bus } = serving;
  const waiting = ["a", "b"].map((text) => caller.call("hub/hold", text).catch(() => undefined));
  await until(() => seen.held === waiting.length, { what: "all to begin" });
  await served[Symbol.asyncDispose]();
  const { outMsgs } = bus.connection.stats();
  await Promise.all(waiting);
  strictEqual(bus.connection.stats().outMsgs, outMsgs);
});
