import fc from "fast-check";
import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { type Events, testEventTarget } from "../tests/event_target_contract.ts";
import { FakeNats } from "../tests/fake_nats.ts";
import { nextTurn } from "../tests/until.ts";
import {
  createNatsEventTarget,
  type NatsEventTargetOptions,
  natsSubject,
} from "./event-target-nats.ts";
import { createPubSub } from "./index.ts";

function openNats(options: Partial<NatsEventTargetOptions> = {}) {
  const server = new FakeNats();
  const errors: unknown[] = [];
  const target = createNatsEventTarget({
    connection: server.connect(),
    onError: (error) => errors.push(error),
    ...options,
  });
  return { server, target, pubsub: createPubSub<Events>({ eventTarget: target }), errors };
}

const bytes = (text: string) => new TextEncoder().encode(text);

testEventTarget("NATS in memory", () => {
  const { server, target } = openNats();
  return {
    near: createNatsEventTarget({ connection: server.connect() }),
    far: target,
    settle: nextTurn,
    garbage: () => ["", "{", "null"].forEach((junk) => server.publish("alk.alpha.x", bytes(junk))),
    subscribed: () => server.interests.size,
    async [Symbol.asyncDispose]() {},
  };
}, { garbage: true, subscribed: true });

const SUBJECTS = [
  ["call.requested", "", "p.call=2Erequested.="],
  ["a", "*", "p.a.=2A"],
  ["a", "=", "p.a.=3D"],
  ["A-z_09", "ü", "p.A-z_09.=C3=BC"],
  ["a b", "🦀", "p.a=20b.=F0=9F=A6=80"],
  [">", "\u0000", "p.=3E.=00"],
] as const;

for (const [type, id, subject] of SUBJECTS) {
  Deno.test(`natsSubject() spells ${JSON.stringify(type)}, ${JSON.stringify(id)} as ${subject}`, () => {
    strictEqual(natsSubject("p", type, id), subject);
  });
}

Deno.test("natsSubject() gives different events different subjects, of two safe tokens", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 20 });
  const event = fc.tuple(text, text);
  fc.assert(fc.property(event, event, ([type, id], [otherType, otherId]) => {
    const subject = natsSubject("p.q", type, id);
    match(subject, /^p\.q\.[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+$/);
    const same = type === otherType && id === otherId;
    strictEqual(natsSubject("p.q", otherType, otherId) === subject, same);
  }));
});

for (const prefix of ["", " ", "a b", "a.*", ">", "$SYS", ".a", "a.", "a..b", "ä"]) {
  Deno.test(`the prefix ${JSON.stringify(prefix)} is a TypeError`, () => {
    throws(() => openNats({ prefix }), TypeError);
    throws(() => natsSubject(prefix, "a", "b"), TypeError);
  });
}

Deno.test("a subject that is too long for a server is a RangeError for either side", () => {
  const { pubsub } = openNats();
  const longest = "x".repeat(3500 - "alk.alpha.".length);
  pubsub.listen("alpha", longest, () => {})();
  throws(() => pubsub.listen("alpha", longest + "x", () => {}), RangeError);
  throws(() => pubsub.publish("alpha", longest + "x", 1), RangeError);
});

Deno.test("wildcard topics get all ids of a type, or everything, with concrete topics", async () => {
  const { pubsub, target } = openNats();
  const seen: [string, string, unknown][] = [];
  for (const topic of ["alpha:*", "*:*", "alpha:x"]) {
    target.addEventListener(topic, ({ type, detail }) => seen.push([topic, type, detail]));
  }
  pubsub.publish("alpha", "x", 1);
  pubsub.publish("beta", "y", 2);
  await nextTurn();
  const one = { type: "alpha", id: "x", payload: 1 };
  deepStrictEqual(seen, [
    ["alpha:*", "alpha:x", one],
    ["*:*", "alpha:x", one],
    ["alpha:x", "alpha:x", one],
    ["*:*", "beta:y", { type: "beta", id: "y", payload: 2 }],
  ]);
});

Deno.test("subscribe() and listen() of id * are wildcards", async () => {
  const { pubsub } = openNats();
  const ids: string[] = [];
  pubsub.listen("alpha", "*", ({ id }) => ids.push(id));
  const loop = pubsub.subscribe("alpha", "*");
  const first = loop.next();
  for (const id of ["x", "", "*x"]) pubsub.publish("alpha", id, 1);
  await nextTurn();
  deepStrictEqual(ids, ["x", "", "*x"]);
  strictEqual((await first).value?.id, "x");
  await loop.return();
});

for (const topic of ["*:x", "a*:b", "a*:*", ":x", "alpha"]) {
  Deno.test(`listening to ${topic} is a TypeError`, () => {
    const { target } = openNats();
    throws(() => target.addEventListener(topic, () => {}), TypeError);
    // Nothing is left behind that would take the place of the subscription.
    throws(() => target.addEventListener(topic, () => {}), TypeError);
  });
}

Deno.test("publishing with type or id * is a TypeError", () => {
  const { target } = openNats();
  for (const [type, id] of [["*", "x"], ["alpha", "*"]] as const) {
    throws(
      () => target.dispatchEvent({ type: `${type}:${id}`, detail: { type, id, payload: 1 } }),
      TypeError,
    );
  }
});

Deno.test("a queue group is joined by type, and never by those who watch everything", () => {
  const { pubsub, target, server } = openNats({
    queue: (type) => type === "alpha" ? "workers" : undefined,
  });
  pubsub.listen("alpha", "", () => {});
  pubsub.listen("alpha", "*", () => {});
  pubsub.listen("beta", "", () => {});
  target.addEventListener("*:*", () => {});
  deepStrictEqual([...server.interests].map(({ subject, queue }) => [subject, queue]), [
    ["alk.alpha.=", "workers"],
    ["alk.alpha.*", "workers"],
    ["alk.beta.=", undefined],
    ["alk.*.*", undefined],
  ]);
  const named = openNats({ queue: "all" });
  named.pubsub.listen("alpha", "", () => {});
  named.target.addEventListener("*:*", () => {});
  deepStrictEqual([...named.server.interests].map(({ queue }) => queue), ["all", undefined]);
});

Deno.test("an envelope that claims another topic than its subject is dropped and reported", () => {
  const { pubsub, server, errors } = openNats();
  const seen: unknown[] = [];
  pubsub.listen("alpha", "x", (envelope) => seen.push(envelope));
  pubsub.listen("alpha", "*", (envelope) => seen.push(envelope));
  server.publish("alk.alpha.x", bytes('{"type":"beta","id":"x","payload":1}'));
  server.publish("alk.alpha.x", bytes('{"type":"__x","id":"x","payload":1}'));
  deepStrictEqual(seen, []);
  const error = "TypeError: Cannot deliver beta:x: it came on alk.alpha.x";
  deepStrictEqual(errors.map(String), [error, error]);
});

Deno.test("ids that UTF-8 cannot tell apart are told apart here", async () => {
  const { pubsub, errors } = openNats();
  const seen: unknown[] = [];
  pubsub.listen("alpha", "\ud800", ({ payload }) => seen.push(payload));
  pubsub.publish("alpha", "\ud801", "other");
  pubsub.publish("alpha", "\ud800", "own");
  await nextTurn();
  deepStrictEqual(seen, ["own"]);
  strictEqual(errors.length, 1);
});

Deno.test("an error of a subscription is reported", () => {
  const { pubsub, server, errors, target } = openNats();
  pubsub.listen("alpha", "x", () => {});
  for (const { callback } of server.interests) callback(new Error("denied"), undefined as never);
  deepStrictEqual(errors.map(String), ["Error: denied"]);
  strictEqual(target.errorCount, 1);
});

Deno.test("what the connection throws is the publisher's error", () => {
  const { pubsub, server, target } = openNats();
  pubsub.listen("alpha", "x", () => {});
  server.closed = true;
  throws(() => pubsub.publish("alpha", "x", 1), /closed connection/);
  target.close();
});

Deno.test("a subscription that cannot be ended is reported, and the others end", () => {
  const server = new FakeNats();
  const connection = server.connect();
  const subscribe = connection.subscribe.bind(connection);
  connection.subscribe = (subject, options) => {
    const subscription = subscribe(subject, options);
    if (!subject.endsWith(".a")) return subscription;
    return Object.assign(subscription, {
      unsubscribe() {
        throw new Error("draining");
      },
    });
  };
  const errors: unknown[] = [];
  const target = createNatsEventTarget({ connection, onError: (error) => errors.push(error) });
  for (const id of ["a", "b"]) target.addEventListener(`x:${id}`, () => {});
  target.close();
  deepStrictEqual(errors.map(String), ["Error: draining"]);
  deepStrictEqual([...server.interests].map(({ subject }) => subject), ["alk.x.a"]);
});
