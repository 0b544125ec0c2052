import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { createPubSub } from "@alkdev/pubsub";
import { manualClock } from "./_manual_clock.ts";
import { CALL_EVENT_TYPES } from "./call_events.ts";
import { CallError } from "./error.ts";
import { PendingRequestMap, type PendingRequestMapOptions } from "./pending_request_map.ts";
import { localEnvelope, type ResponseEnvelope } from "./response-envelope.ts";

interface Seen {
  readonly type: string;
  readonly payload: Record<string, unknown>;
}

/** A map, and every event that is published through it. */
function observed(options: PendingRequestMapOptions = {}) {
  const events: Seen[] = [];
  const map = new PendingRequestMap(undefined, options);
  for (const type of CALL_EVENT_TYPES) {
    map[type].subscribe((payload) => void events.push({ type, payload: { ...payload } }));
  }
  const only = () => {
    const [id] = idsOf(map);
    ok(id !== undefined);
    return id;
  };
  return { map, events, only, types: () => events.map(({ type }) => type) };
}

function idsOf(map: PendingRequestMap): string[] {
  const entries: unknown = Reflect.get(map, "entries");
  ok(entries instanceof Map);
  return [...entries.keys()];
}

const answer = (value: unknown) => localEnvelope(value, "a.b");

async function collect(stream: AsyncIterable<ResponseEnvelope>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const { data } of stream) values.push(data);
  return values;
}

Deno.test("call() records and publishes the request before it returns", async () => {
  const { map, events, only } = observed();
  const identity = { id: "ann", scopes: [] };
  const promise = map.call("a.b", { x: 1 }, { identity, parentRequestId: "p", metadata: { m: 1 } });
  strictEqual(map.getPendingCount(), 1);
  const requestId = only();
  deepStrictEqual(events, [{
    type: "call.requested",
    payload: {
      requestId,
      operationId: "a.b",
      input: { x: 1 },
      parentRequestId: "p",
      deadline: undefined,
      identity,
      metadata: { m: 1 },
    },
  }]);
  const output = answer(1);
  map.respond(requestId, output);
  strictEqual(map.getPendingCount(), 0);
  strictEqual(await promise, output);
});

// operations.md §11.1: what settles a call, and how.
const settlers: readonly [string, (map: PendingRequestMap, id: string) => void, RegExp, string][] =
  [
    ["call.error", (map, id) => map.emitError(id, "MINE", "text", { d: 1 }), /^text$/, "MINE"],
    ["abort()", (map, id) => map.abort(id), /was aborted/, "ABORTED"],
    ["call.completed", (map, id) => map.complete(id), /completed without response/, "ABORTED"],
    ["close()", (map) => map.close(), /was aborted/, "ABORTED"],
  ];
for (const [name, settle, message, code] of settlers) {
  Deno.test(`${name} rejects a call with ${code}, and what comes later is ignored`, async () => {
    const { map, only } = observed();
    const promise = map.call("a.b", {});
    const id = only();
    settle(map, id);
    if (name !== "close()") map.respond(id, answer("late"));
    await rejects(promise, (error) => {
      ok(error instanceof CallError);
      strictEqual(error.code, code);
      match(error.message, message);
      deepStrictEqual(error.details, name === "call.error" ? { d: 1 } : undefined);
      return true;
    });
    strictEqual(map.getPendingCount(), 0);
  });
}

Deno.test("a deadline rejects with TIMEOUT, from a timer, and is announced", async () => {
  const clock = manualClock();
  const { map, only, types } = observed({ clock });
  const deadline = clock.now() - 5;
  const promise = map.call("a.b", {}, { deadline });
  const id = only();
  strictEqual(map.getPendingCount(), 1);
  clock.advance(0);
  await rejects(promise, (error) => {
    ok(error instanceof CallError && error.message.includes(id));
    match(error.message, /timed out/);
    deepStrictEqual([error.code, error.details], ["TIMEOUT", { deadline }]);
    return true;
  });
  deepStrictEqual(types(), ["call.requested", "call.aborted"]);
});

Deno.test("a deadline of 0 is none, and an answer in time leaves no timer", async () => {
  const clock = manualClock();
  const { map, only } = observed({ clock });
  const unbounded = map.call("a.b", {}, { deadline: 0 });
  strictEqual(clock.armed, 0);
  map.respond(only(), answer(1));
  await unbounded;
  const bounded = map.call("a.b", {}, { deadline: clock.now() + 10 });
  strictEqual(clock.armed, 1);
  map.respond(only(), answer(1));
  await bounded;
  strictEqual(clock.armed, 0);
});

Deno.test("a request that cannot be published rejects and leaves nothing", async () => {
  const clock = manualClock();
  const target = new EventTarget();
  target.dispatchEvent = () => {
    throw new Error("no transport");
  };
  const map = new PendingRequestMap(target, { clock });
  await rejects(map.call("a.b", {}, { deadline: clock.now() + 10 }), /no transport/);
  await rejects(collect(map.subscribe("a.b", {}, { idleTimeout: 5 })), /no transport/);
  strictEqual(map.getPendingCount(), 0);
  strictEqual(clock.armed, 0);
});

Deno.test("subscribe() does nothing until it is pulled", () => {
  const { map, events } = observed();
  map.subscribe("a.b", {});
  strictEqual(map.getPendingCount(), 0);
  deepStrictEqual(events, []);
});

for (const count of [0, 1, 2, 3, 50, 1024]) {
  Deno.test(`${count} responses followed at once by completed are all delivered`, async () => {
    const { map, only, types } = observed();
    const all = collect(map.subscribe("a.b", {}));
    const id = only();
    for (let index = 0; index < count; index++) map.respond(id, answer(index));
    map.complete(id);
    deepStrictEqual(await all, Array.from({ length: count }, (_, index) => index));
    strictEqual(map.getPendingCount(), 0);
    ok(!types().includes("call.aborted"));
  });
}

Deno.test("call.error comes after the values that wait, with code, message and details", async () => {
  const { map, only } = observed();
  const stream = map.subscribe("a.b", {})[Symbol.asyncIterator]();
  const first = stream.next();
  const id = only();
  map.respond(id, answer(1));
  map.respond(id, answer(2));
  map.emitError(id, "MINE", "text", { d: 1 });
  strictEqual((await first).value.data, 1);
  strictEqual((await stream.next()).value.data, 2);
  await rejects(stream.next(), { code: "MINE", message: "text", details: { d: 1 } });
  strictEqual((await stream.next()).done, true);
});

Deno.test("an abort ends a subscription normally, also a local one", async () => {
  const { map, only, types } = observed();
  const all = collect(map.subscribe("a.b", {}));
  map.abort(only());
  deepStrictEqual(await all, []);
  deepStrictEqual(types(), ["call.requested", "call.aborted"]);
});

Deno.test("a consumer that stops early announces it once", async () => {
  const { map, only, types } = observed();
  const loop = async () => {
    for await (const _ of map.subscribe("a.b", {})) break;
  };
  const done = loop();
  map.respond(only(), answer(1));
  await done;
  strictEqual(map.getPendingCount(), 0);
  deepStrictEqual(types(), ["call.requested", "call.responded", "call.aborted"]);
});

Deno.test("the idle time runs from one response to the next", async () => {
  const clock = manualClock();
  const { map, only, types } = observed({ clock });
  const all = collect(map.subscribe("a.b", {}, { idleTimeout: 10 }));
  const id = only();
  clock.advance(9);
  map.respond(id, answer(1));
  clock.advance(9);
  strictEqual(map.getPendingCount(), 1);
  clock.advance(1);
  await rejects(all, { code: "TIMEOUT", message: /timed out/, details: { idleTimeout: 10 } });
  deepStrictEqual(types(), ["call.requested", "call.responded", "call.aborted"]);
  strictEqual(clock.armed, 0);
});

Deno.test("an idle time of 0 is over at once; without one a subscription waits for ever", async () => {
  const clock = manualClock();
  const { map } = observed({ clock });
  const none = collect(map.subscribe("a.b", {}, { idleTimeout: 0 }));
  clock.advance(0);
  await rejects(none, { code: "TIMEOUT" });
  const patient = collect(map.subscribe("a.b", {}));
  strictEqual(clock.armed, 0);
  map.close();
  await rejects(patient, { code: "ABORTED" });
});

Deno.test("overflow ends the one subscription and no other", async () => {
  const { map, types } = observed({ queueLimit: 3 });
  const slow = map.subscribe("a.b", {})[Symbol.asyncIterator]();
  const first = slow.next();
  const [slowId] = idsOf(map);
  const other = map.call("c.d", {});
  const [, otherId] = idsOf(map);
  ok(slowId !== undefined && otherId !== undefined);
  for (let index = 0; index < 6; index++) map.respond(slowId, answer(index));
  map.respond(otherId, answer("fine"));
  strictEqual((await other).data, "fine");
  strictEqual((await first).value.data, 0);
  for (const value of [1, 2, 3]) strictEqual((await slow.next()).value.data, value);
  await rejects(slow.next(), { code: "OVERFLOW", details: { limit: 3 } });
  strictEqual(types().filter((type) => type === "call.aborted").length, 1);
});

for (const [name, output] of [["an object", { data: 1 }], ["null", null], ["text", "x"]] as const) {
  Deno.test(`respond() refuses ${name} in place of an envelope`, () => {
    // What a caller without types may pass.
    throws(() => new PendingRequestMap().respond("id", output as never), {
      name: "Error",
      message: /^PendingRequestMap\.respond\(\) requires a ResponseEnvelope/,
    });
  });
}

Deno.test("handler-side methods publish whether or not the id is known here", () => {
  const { map, types } = observed();
  map.respond("x", answer(1));
  map.emitError("x", "C", "m");
  map.complete("x");
  map.abort("x");
  deepStrictEqual(types(), ["call.responded", "call.error", "call.completed"]);
});

Deno.test("emitError() makes an Error in the details plain", () => {
  const { map, events } = observed();
  map.emitError("x", "C", "m", new RangeError("why"));
  deepStrictEqual(events[0]?.payload, {
    requestId: "x",
    code: "C",
    message: "m",
    details: { name: "RangeError", message: "why" },
  });
});

Deno.test("an envelope that lost its undefined data on the way resolves with the key restored", async () => {
  const target = new EventTarget();
  const map = new PendingRequestMap(target);
  const promise = map.call("a.b", {});
  const [requestId] = idsOf(map);
  const output = { meta: { source: "local", operationId: "a.b", timestamp: 1 } };
  const remote = createPubSub<Record<string, unknown>>({ eventTarget: target as never });
  remote.publish("call.responded", "", { requestId, output });
  const envelope = await promise;
  ok("data" in envelope);
  strictEqual(envelope.data, undefined);
});

Deno.test("an event without a request id is dropped", () => {
  const { map, events } = observed();
  const pubsub: unknown = Reflect.get(map, "pubsub");
  ok(typeof pubsub === "object" && pubsub !== null && "publish" in pubsub);
  for (const payload of [null, "x", {}, { requestId: 1 }]) {
    for (const type of CALL_EVENT_TYPES) {
      Reflect.apply(pubsub.publish as never, pubsub, [type, "", payload]);
    }
  }
  deepStrictEqual(events, []);
});

Deno.test("what is published on the map's own pubsub acts like a remote event", async () => {
  const { map, only } = observed();
  const promise = map.call("a.b", {});
  const pubsub: unknown = Reflect.get(map, "pubsub");
  ok(typeof pubsub === "object" && pubsub !== null && "publish" in pubsub);
  const output = answer(1);
  Reflect.apply(pubsub.publish as never, pubsub, ["call.responded", "", {
    requestId: only(),
    output,
  }]);
  strictEqual(await promise, output);
});

Deno.test("an accessor's listener that fails harms nobody, and a removed one hears nothing", async () => {
  const { map, only } = observed();
  let heard = 0;
  map["call.responded"].subscribe(() => Promise.reject(new Error("listener")));
  map["call.responded"].subscribe(() => {
    throw new Error("listener");
  });
  const stop = map["call.responded"].subscribe(() => void (heard += 1));
  stop();
  const promise = map.call("a.b", {});
  map.respond(only(), answer(1));
  strictEqual((await promise).data, 1);
  strictEqual(heard, 0);
});

Deno.test("entries tell calls from subscriptions, in order of creation", () => {
  const { map } = observed();
  map.call("a.b", {}).catch(() => {});
  map.subscribe("a.b", {})[Symbol.asyncIterator]().next().catch(() => {});
  const entries: unknown = Reflect.get(map, "entries");
  ok(entries instanceof Map);
  deepStrictEqual([...entries.values()].map(({ type }) => type), ["call", "subscribe"]);
  map.close();
  map.close();
});
