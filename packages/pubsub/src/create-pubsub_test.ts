import fc from "fast-check";
import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import {
  createPubSub,
  type EventEnvelope,
  type OverflowPolicy,
  type PubSubConfig,
  RepeaterOverflowError,
  toArray,
} from "./index.ts";

interface Events {
  alpha: unknown;
  beta: number;
}

/** The DOM's target, whose type knows nothing of envelopes. */
function domTarget(): PubSubConfig<Events>["eventTarget"] {
  return new EventTarget() as unknown as PubSubConfig<Events>["eventTarget"];
}

Deno.test("the topic is type and id, and the detail is the envelope", () => {
  const events: { type: string; detail: EventEnvelope }[] = [];
  const pubsub = createPubSub<Events>({
    eventTarget: {
      addEventListener() {},
      removeEventListener() {},
      dispatchEvent: (event) => events.push(event) > 0,
    },
  });
  strictEqual(pubsub.publish("beta", "x:y", 1), undefined);
  pubsub.publish("beta", "", 2);
  deepStrictEqual(events, [
    { type: "beta:x:y", detail: { type: "beta", id: "x:y", payload: 1 } },
    { type: "beta:", detail: { type: "beta", id: "", payload: 2 } },
  ]);
});

Deno.test("config may be undefined, and so may its fields", () => {
  createPubSub(undefined).publish("any", "", 1);
  createPubSub({ eventTarget: undefined, bufferSize: undefined, overflow: undefined });
});

Deno.test("an event is in each consumer's queue before publish returns", async () => {
  const pubsub = createPubSub<Events>();
  const one = pubsub.subscribe("alpha", "x");
  const two = pubsub.subscribe("alpha", "x");
  const [first, second] = [one.next(), two.next()];
  pubsub.publish("alpha", "x", 1);
  pubsub.publish("alpha", "x", 2);
  pubsub.close();
  strictEqual((await first).value?.payload, 1);
  strictEqual((await second).value?.payload, 1);
  strictEqual((await one.next()).value?.payload, 2);
  strictEqual((await two.next()).value?.payload, 2);
  strictEqual((await one.next()).done, true);
});

Deno.test("payloads are passed as they are", async () => {
  const pubsub = createPubSub<Events>();
  const loop = pubsub.subscribe("alpha", "");
  const next = loop.next();
  const payload = { self: {} as unknown, action() {} };
  payload.self = payload;
  pubsub.publish("alpha", "", payload);
  strictEqual((await next).value?.payload, payload);
  await loop.return();
});

Deno.test("a subscription begins with the first next, within that call", async () => {
  const pubsub = createPubSub<Events>();
  const loop = pubsub.subscribe("alpha", "");
  pubsub.publish("alpha", "", "missed");
  const next = loop.next();
  pubsub.publish("alpha", "", "seen");
  strictEqual((await next).value?.payload, "seen");
  await loop.return();
});

Deno.test("a subscription to the empty id is no wildcard", async () => {
  const pubsub = createPubSub<Events>();
  const loop = pubsub.subscribe("alpha", "");
  const next = loop.next();
  pubsub.publish("alpha", "x", 1);
  pubsub.publish("alpha", "", 2);
  strictEqual((await next).value?.payload, 2);
  await loop.return();
});

Deno.test("a listener that publishes does not change the order in which others see events", () => {
  const pubsub = createPubSub<Events>();
  const seen: unknown[] = [];
  pubsub.listen("alpha", "", ({ payload }) => {
    if (payload === 1) pubsub.publish("alpha", "", 2);
    if (payload === 1) seen.push(`published`);
  });
  pubsub.listen("alpha", "", ({ payload }) => seen.push(payload));
  pubsub.publish("alpha", "", 1);
  deepStrictEqual(seen, [1, 2, "published"]);
});

Deno.test("a listener that is added or removed during a delivery has its say from then on", () => {
  const pubsub = createPubSub<Events>();
  const seen: string[] = [];
  const ends: (() => void)[] = [];
  pubsub.listen("alpha", "", () => {
    seen.push("first");
    ends[0]?.();
    pubsub.listen("alpha", "", () => seen.push("late"));
  });
  ends.push(pubsub.listen("alpha", "", () => seen.push("second")));
  pubsub.publish("alpha", "", 1);
  deepStrictEqual(seen, ["first"]);
  pubsub.publish("alpha", "", 2);
  deepStrictEqual(seen, ["first", "first", "late"]);
});

Deno.test("each topic's loop and listener get just its events, in publish order", async () => {
  const topics = fc.array(fc.tuple(fc.constantFrom("a", "b"), fc.constantFrom("", "x", "a:x")));
  await fc.assert(fc.asyncProperty(topics, async (published) => {
    const pubsub = createPubSub();
    const all = published.map(([type, id], payload) => ({ type, id, payload }));
    const checks = ["a", "b"].flatMap((type) => ["", "x", "a:x"].map((id) => [type, id] as const))
      .map(([type, id]) => {
        const heard: EventEnvelope[] = [];
        pubsub.listen(type, id, (envelope) => heard.push(envelope));
        const looped = toArray<EventEnvelope>()(pubsub.subscribe(type, id));
        const expected = all.filter((event) => event.type === type && event.id === id);
        return async () => deepStrictEqual([heard, await looped], [expected, expected]);
      });
    for (const { type, id, payload } of all) pubsub.publish(type, id, payload);
    pubsub.close();
    for (const check of checks) await check();
  }));
});

Deno.test("several pubsubs on one target see each other's events", () => {
  const eventTarget = domTarget();
  const seen: unknown[] = [];
  createPubSub<Events>({ eventTarget }).listen("beta", "", (envelope) => seen.push(envelope));
  createPubSub<Events>({ eventTarget }).publish("beta", "", 1);
  deepStrictEqual(seen, [{ type: "beta", id: "", payload: 1 }]);
});

Deno.test("the function that listen returns ends it, and may be called twice", () => {
  const pubsub = createPubSub<Events>();
  const seen: unknown[] = [];
  const listener = ({ payload }: EventEnvelope) => seen.push(payload);
  const end = pubsub.listen("alpha", "", listener);
  pubsub.listen("alpha", "", listener);
  pubsub.publish("alpha", "", 1);
  end();
  end();
  pubsub.publish("alpha", "", 2);
  deepStrictEqual(seen, [1, 1, 2]);
});

Deno.test("what a listener throws goes to the hook, is counted, and stops nobody", () => {
  const errors: unknown[] = [];
  const pubsub = createPubSub<Events>({
    onError(error) {
      errors.push(error);
      throw new Error("the hook, too");
    },
  });
  const seen: unknown[] = [];
  pubsub.listen("alpha", "", () => {
    throw "thrown";
  });
  pubsub.listen("alpha", "", ({ payload }) => seen.push(payload));
  pubsub.publish("alpha", "", 1);
  deepStrictEqual([errors, seen, pubsub.errorCount], [["thrown"], [1], 1]);
});

const POLICIES: Record<OverflowPolicy, (all: number[], size: number) => number[]> = {
  "throw": (all, size) => all.slice(0, size),
  "drop-oldest": (all, size) => all.slice(-size),
  "drop-newest": (all, size) => all.slice(0, size),
};

for (
  const [overflow, kept] of Object.entries(POLICIES) as [OverflowPolicy, typeof POLICIES.throw][]
) {
  Deno.test(`a consumer that is behind keeps what "${overflow}" says, others everything`, async () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.nat({ max: 20 }));
    await fc.assert(fc.asyncProperty(sizes, async ([bufferSize, count]) => {
      const pubsub = createPubSub<Events>({ bufferSize, overflow });
      const heard: unknown[] = [];
      pubsub.listen("alpha", "", ({ payload }) => heard.push(payload));
      const loop = pubsub.subscribe("alpha", "");
      const first = loop.next();
      pubsub.publish("alpha", "", -1);
      const all = Array.from({ length: count }, (_, n) => n);
      for (const n of all) pubsub.publish("alpha", "", n);
      pubsub.close();
      strictEqual((await first).value?.payload, -1);
      const got: unknown[] = [];
      const read = async () => {
        for await (const { payload } of loop) got.push(payload);
      };
      if (overflow === "throw" && count > bufferSize) await rejects(read, RepeaterOverflowError);
      else await read();
      deepStrictEqual(got, kept(all, bufferSize));
      deepStrictEqual(heard, [-1, ...all]);
    }));
  });
}

Deno.test("a consumer that overflowed is detached at once", async () => {
  let listeners = 0;
  const listening = new Set<unknown>();
  const pubsub = createPubSub<Events>({
    bufferSize: 1,
    eventTarget: {
      addEventListener: (_, callback) => void (listeners++, listening.add(callback)),
      removeEventListener: (_, callback) => void (listeners--, listening.delete(callback)),
      dispatchEvent(event) {
        for (const callback of [...listening] as ((event: unknown) => void)[]) callback(event);
        return true;
      },
    },
  });
  const loop = pubsub.subscribe("alpha", "");
  const first = loop.next();
  for (const n of [0, 1]) pubsub.publish("alpha", "", n);
  strictEqual(listeners, 1);
  pubsub.publish("alpha", "", 2);
  strictEqual(listeners, 0);
  await first;
  await loop.next();
  await rejects(loop.next(), RepeaterOverflowError);
});

Deno.test("close ends loops after what is queued, and removes listeners, from the target too", async () => {
  const pubsub = createPubSub<Events>();
  const loop = pubsub.subscribe("alpha", "");
  const unstarted = pubsub.subscribe("alpha", "");
  const heard: unknown[] = [];
  pubsub.listen("alpha", "", ({ payload }) => heard.push(payload));
  const first = loop.next();
  pubsub.publish("alpha", "", 1);
  pubsub.publish("alpha", "", 2);
  pubsub.close();
  pubsub.close();
  strictEqual((await first).value?.payload, 1);
  strictEqual((await loop.next()).value?.payload, 2);
  strictEqual((await loop.next()).done, true);
  strictEqual((await unstarted.next()).done, true);
  strictEqual((await pubsub.subscribe("alpha", "").next()).done, true);
  pubsub.listen("alpha", "", ({ payload }) => heard.push(payload))();
  throws(() => pubsub.publish("alpha", "", 3), {
    name: "EventTargetClosedError",
    code: "EVENT_TARGET_CLOSED",
    message: "Cannot publish alpha:: the pubsub is closed",
  });
  deepStrictEqual(heard, [1, 2]);
});

Deno.test("close leaves the event target to others", () => {
  const eventTarget = domTarget();
  const closed = createPubSub<Events>({ eventTarget });
  const open = createPubSub<Events>({ eventTarget });
  const seen: unknown[] = [];
  closed.listen("beta", "", () => seen.push("closed"));
  open.listen("beta", "", () => seen.push("open"));
  closed.close();
  open.publish("beta", "", 1);
  deepStrictEqual(seen, ["open"]);
});

for (const type of ["", "a:b", "__subscribe", "__", "a\u0000", "a\n", "\u007f", "a\u0085"]) {
  Deno.test(`the event type ${JSON.stringify(type)} is a TypeError everywhere`, () => {
    const pubsub = createPubSub();
    throws(() => pubsub.publish(type, "", 1), TypeError);
    throws(() => pubsub.subscribe(type, ""), TypeError);
    throws(() => pubsub.listen(type, "", () => {}), TypeError);
  });
}

Deno.test("event types may look like anything else", () => {
  const pubsub = createPubSub();
  for (const type of ["a", "_a", "a__", "order.placed", "a b", "🦀", "*"]) {
    pubsub.publish(type, "", 1);
  }
});

Deno.test("options that are none are a TypeError when the pubsub is made", () => {
  for (const bufferSize of [0, -1, 1.5, NaN]) throws(() => createPubSub({ bufferSize }), TypeError);
  // The type excludes it; JavaScript does not.
  throws(() => createPubSub({ overflow: "wait" as OverflowPolicy }), TypeError);
});
