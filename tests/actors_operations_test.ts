/**
 * The hub's operations on actors, called over the bus as the command line does.
 *
 * @module
 */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { encodeText, hubCallsSubject } from "@hub/bus";
import { createHubCaller } from "../src/operations/hub_caller.ts";
import { startServed } from "./_served_testing.ts";
import { testBus } from "./harness/bus.ts";
import { startTestHub } from "./harness/hub.ts";
import { testRealm } from "./harness/realm.ts";
import { add, eventsOf, KINDS, record, startCalled } from "./_called_testing.ts";

Deno.test("an event is sent, and its repetition gets the same answer", async () => {
  await using hub = await startCalled();
  const first = await hub.call("send", { ...add(2), commandId: "once" });
  deepStrictEqual([first.value, first.changed], ["open", true]);
  deepStrictEqual(await hub.call("send", { ...add(2), commandId: "once" }), first);
  const { context, status, version, owner } = await hub.call("get");
  deepStrictEqual([context, status, version], [{ count: 2 }, "active", 1]);
  strictEqual(owner, hub.hub.nodeId);
});

const refused: readonly [string, object, object][] = [
  ["an event that breaks the kind's schema", { event: { type: "ADD", n: "x" } }, {
    code: "VALIDATION_ERROR",
    retryable: false,
  }],
  ["an event of XState's own", { event: { type: "xstate.done.actor.x" } }, {
    code: "VALIDATION_ERROR",
  }],
  ["an event that makes the machine throw", add(13), {
    code: "MACHINE_ERROR",
    message: /unlucky$/,
  }],
  ["a kind that nobody hosts", { ...add(1), kind: "nope" }, {
    code: "KIND_NOT_FOUND",
    message: 'There is no kind of actor "nope" here',
  }],
  ["an id that is no token", { ...add(1), id: "a.b" }, { code: "VALIDATION_ERROR" }],
  ["an event without a type", { event: {} }, { code: "VALIDATION_ERROR" }],
  ["an event that is too large", { event: { type: "ADD", n: 1, more: "x".repeat(300_000) } }, {
    code: "VALIDATION_ERROR",
  }],
];
Deno.test("what an actor cannot take is refused with a code, and is not in its log", async (t) => {
  await using hub = await startCalled();
  await hub.call("send", add(1));
  const before = await eventsOf(hub);
  for (const [what, input, error] of refused) {
    await t.step(what, async () => await rejects(hub.call("send", input), error));
  }
  deepStrictEqual(await eventsOf(hub), before);
  await rejects(hub.call("get", { id: "b" }), { code: "ACTOR_NOT_FOUND" });
});

Deno.test("an event that the state cannot take is refused with that state", async () => {
  await using hub = await startCalled();
  await hub.call("send", { event: { type: "FINISH" } });
  await rejects(hub.call("send", add(1)), {
    code: "ILLEGAL_STATE",
    message: "Cannot take ADD: the actor has ended",
  });
});

Deno.test("the log is given a page at a time, all of it and nothing twice", async () => {
  await using hub = await startCalled();
  await Promise.all(Array.from({ length: 23 }, () => hub.call("send", add(1))));
  const all = await eventsOf(hub);
  const paged: unknown[] = [];
  let from: unknown;
  do {
    const page = await hub.call("events", { limit: 7, ...(from === undefined ? {} : { from }) });
    ok(Array.isArray(page.events) && page.events.length <= 7);
    paged.push(...page.events);
    from = page.next;
  } while (from !== undefined);
  deepStrictEqual(paged, all);
  strictEqual(all.filter(({ id }) => id.startsWith("call:")).length, 23);
});

Deno.test("actors are listed by kind, a page at a time", async () => {
  await using hub = await startCalled();
  for (const id of ["a", "b", "c"]) await hub.call("send", { ...add(1), id });
  await hub.call("send", { kind: "safe", id: "s", event: { type: "TURN" } });
  const first = record(await hub.caller.call("hub/actors/list", { kind: "tally", limit: 2 }));
  deepStrictEqual(first.actors, [{ kind: "tally", id: "a" }, { kind: "tally", id: "b" }]);
  strictEqual(first.total, 3);
  const rest = record(
    await hub.caller.call("hub/actors/list", { kind: "tally", after: first.next }),
  );
  deepStrictEqual([rest.actors, rest.next], [[{ kind: "tally", id: "c" }], undefined]);
  const all = record(await hub.caller.call("hub/actors/list", {}));
  strictEqual(all.total, 4);
  await rejects(hub.caller.call("hub/actors/list", { after: "nonsense" }), {
    code: "VALIDATION_ERROR",
  });
});

Deno.test("an actor that is stopped takes nothing more", async () => {
  await using hub = await startCalled();
  await rejects(hub.call("stop"), { code: "ACTOR_NOT_FOUND" });
  await hub.call("send", add(1));
  await hub.call("stop");
  strictEqual((await hub.call("get")).status, "stopped");
  await rejects(hub.call("send", add(1)), { code: "ILLEGAL_STATE" });
});

// --- who may call -------------------------------------------------------------------------------

Deno.test("each operation asks for its scope, and a kind for more of its own", async (t) => {
  await using served = await startServed();
  const who = (...scopes: string[]) => served.as({ id: "ann", scopes });
  const turn = { kind: "safe", id: "a", event: { type: "TURN" } };
  const denied = { code: "ACCESS_DENIED" };
  await t.step("nobody sends without the scope to send", async () => {
    await rejects(who("actors:read")("send", turn), denied);
  });
  await t.step("the kind's own scope is needed as well", async () => {
    await rejects(who("actors:send")("send", turn), denied);
    await rejects(who("safe:turn")("send", turn), denied);
    await who("actors:send", "safe:turn")("send", turn);
  });
  await t.step("reading, watching and stopping have scopes of their own", async () => {
    const { kind, id } = turn;
    await rejects(who("actors:read", "safe:turn")("get", { kind, id }), denied);
    await rejects(who("actors:read", "safe:turn")("events", { kind, id }), denied);
    await rejects(who("actors:send", "safe:turn")("stop", { kind, id }), denied);
    await rejects(who("actors:send", "actors:read", "safe:turn")("ask", turn), denied);
    await who("actors:read", "safe:look")("get", { kind, id });
  });
  await t.step("a list leaves out what may not be seen", async () => {
    const listed = async (...scopes: string[]) => record(await who(...scopes)("list", {})).actors;
    deepStrictEqual(await listed("actors:read"), []);
    deepStrictEqual(await listed("actors:read", "safe:look"), [{ kind: "safe", id: "a" }]);
    await rejects(who("actors:read")("list", { kind: "safe" }), denied);
  });
  await t.step("an administrator passes what a kind asks for", async () => {
    await who("actors:send", "admin")("send", turn);
  });
  await t.step("the log says who it was", async () => {
    const { events } = record(
      await who("actors:read", "admin")("events", { kind: "safe", id: "a" }),
    );
    ok(Array.isArray(events));
    deepStrictEqual(new Set(events.slice(1).map(({ by }) => by)), new Set(["ann"]));
  });
});

// --- over the bus -------------------------------------------------------------------------------

Deno.test("what is no frame of the call protocol is not answered, and harms nobody", async () => {
  await using hub = await startCalled();
  for (const noise of ["", "{", "[]", '{"type":"call.aborted","id":"1","payload":{}}']) {
    hub.bus.connection.publish(hubCallsSubject(hub.realm), encodeText(noise), { reply: "nobody" });
  }
  strictEqual((await hub.call("send", add(1))).value, "open");
});

Deno.test("an operation that is not there is told as such", async () => {
  await using hub = await startCalled();
  await rejects(hub.caller.call("hub/actors/nope", {}), { code: "OPERATION_NOT_FOUND" });
  await rejects(hub.caller.subscribe("hub/actors/get", {}).next(), { name: "CallError" });
});

Deno.test("without a hub, calls and watches say that nobody is there", async () => {
  await using alone = await testBus();
  const caller = createHubCaller(alone.bus);
  await rejects(caller.call("hub/actors/list", {}), { code: "NO_RESPONDERS" });
  await rejects(caller.subscribe("hub/actors/watch", {}).next(), { code: "NO_RESPONDERS" });
});

Deno.test("a watch ends with an error when its hub stops, and can be taken up at another", async () => {
  await using stack = new AsyncDisposableStack();
  const realm = testRealm();
  const { bus } = stack.use(await testBus({ realm }));
  const first = await startTestHub({ realm, kinds: [KINDS] });
  const caller = createHubCaller(bus);
  const address = { kind: "tally", id: "a" };
  await caller.call("hub/actors/send", { ...address, ...add(1) });
  const items = caller.subscribe("hub/actors/watch", address);
  const position = record((await items.next()).value).position;
  const ended = rejects(items.next(), { code: "UNAVAILABLE", retryable: true });
  stack.use(await startTestHub({ realm, kinds: [KINDS] }));
  await first[Symbol.asyncDispose]();
  await ended;
  await caller.call("hub/actors/send", { ...address, ...add(2) });
  const again = caller.subscribe("hub/actors/watch", { ...address, from: position });
  const { event, context } = record((await again.next()).value);
  deepStrictEqual([event, context], ["ADD", { count: 3 }]);
  await again.return();
});

Deno.test("whichever node takes a call, it reaches the actor at its owner", async () => {
  await using hub = await startCalled();
  await using other = await startTestHub({ realm: hub.realm, kinds: [KINDS] });
  const ids = Array.from({ length: 16 }, (_, at) => `a${at}`);
  await Promise.all(ids.map((id) => hub.call("send", { ...add(1), id })));
  await Promise.all(ids.map((id) => hub.call("ask", { ...add(2), id })));
  const views = await Promise.all(ids.map((id) => hub.call("get", { id })));
  deepStrictEqual(views.map(({ context }) => context), ids.map(() => ({ count: 3 })));
  deepStrictEqual(
    new Set(views.map(({ owner }) => owner)),
    new Set([hub.hub.nodeId, other.nodeId]),
  );
});

Deno.test("the metrics tell how many actors are in memory, and how calls end", async () => {
  await using hub = await startCalled();
  await hub.call("send", add(1));
  await rejects(hub.call("send", { event: { type: "NOPE" } }));
  const text = await (await fetch(`${hub.hub.url}/metrics`)).text();
  match(text, /^hub_actors_active 1$/m);
  match(text, /^hub_calls_total\{operation="hub\.actors\/send",outcome="ok"\} 1$/m);
  match(text, /^hub_calls_total\{operation="hub\.actors\/send",outcome="VALIDATION_ERROR"\} 1$/m);
});
