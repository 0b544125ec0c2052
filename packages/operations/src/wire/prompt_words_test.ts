import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createCallSession } from "./session.ts";
import type { CallSessionOptions } from "./session_types.ts";

/** A turn of the event loop, and what is done at its end. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

/** A session whose peer is played by hand. */
function byHand(options: Partial<CallSessionOptions> = {}) {
  const sent: { type: string; id: string; payload: { credit?: number } }[] = [];
  let ids = 0;
  const session = createCallSession({
    send: (frame) => void sent.push(JSON.parse(frame)),
    close: () => {},
    newId: () => `${++ids}`,
    ...options,
  });
  const answer = (id: string, output: unknown) =>
    session.receive(JSON.stringify({ type: "call.responded", id, payload: { output } }));
  const credits = () => sent.filter(({ type }) => type === "call.credit");
  return { session, answer, credits, sent };
}

/** Begins a subscription that takes everything that comes. */
function taking({ session }: ReturnType<typeof byHand>): { readonly left: () => Promise<unknown> } {
  const stream = session.subscribe("/a/stream", {});
  void (async () => {
    for await (const _ of stream);
  })();
  return { left: async () => await stream.return?.() };
}

Deno.test("the first value of a burst is answered with credit when the turn is over", async () => {
  const peer = byHand();
  const stream = taking(peer);
  await turn();
  peer.answer("1", "first");
  await turn();
  deepStrictEqual(peer.credits().map(({ payload }) => payload.credit), [1]);
  await stream.left();
});

Deno.test("a stream that brings a value now and then is given credit in halves of its window", async () => {
  const peer = byHand();
  const stream = taking(peer);
  await turn();
  for (let count = 0; count < 100; count++) {
    peer.answer("1", count);
    await turn();
  }
  // Two are early, then come halves of a window that doubles with each of them, up to 256.
  const given = peer.credits().map(({ payload }) => payload.credit);
  deepStrictEqual(given, [1, 1, 4, 9, 17, 33, 65, 129]);
  await stream.left();
});

Deno.test("a slow stream that begins to come in bursts is answered promptly again", async () => {
  const peer = byHand();
  const stream = taking(peer);
  await turn();
  for (let count = 0; count < 3; count++) {
    peer.answer("1", count);
    await turn();
  }
  const before = peer.credits().length;
  peer.answer("1", "alone");
  peer.answer("1", "and another");
  await turn();
  strictEqual(peer.credits().length, before + 1);
  await stream.left();
});

Deno.test("of many streams of one connection one is given credit at the end of a turn", async () => {
  const peer = byHand();
  const streams = [taking(peer), taking(peer), taking(peer)];
  await turn();
  for (const id of ["1", "2", "3"]) peer.answer(id, "first");
  await turn();
  strictEqual(peer.credits().length, 1);
  await Promise.all(streams.map(({ left }) => left()));
});

Deno.test("a stream that ends in the turn of its last value is given nothing", async () => {
  const peer = byHand();
  const stream = taking(peer);
  await turn();
  peer.answer("1", "last");
  peer.session.receive(JSON.stringify({ type: "call.completed", id: "1", payload: {} }));
  await turn();
  deepStrictEqual(peer.credits(), []);
  await stream.left();
});

Deno.test("an answer is acknowledged while others are waited for, once in a turn", async () => {
  const peer = byHand({ acknowledges: true });
  const calls = [1, 2, 3].map(() => peer.session.call("/a/call", {}));
  peer.answer("1", "one");
  peer.answer("2", "two");
  await turn();
  deepStrictEqual(peer.credits(), [{ type: "call.credit", id: "2", payload: { credit: 1 } }]);
  peer.answer("3", "three");
  await turn();
  strictEqual(peer.credits().length, 1, "nothing is waited for any more");
  deepStrictEqual(await Promise.all(calls), ["one", "two", "three"]);
});

Deno.test("an answer is not acknowledged where something is said anyway", async () => {
  const peer = byHand({ acknowledges: true });
  const calls = [1, 2].map(() => peer.session.call("/a/call", {}));
  peer.answer("1", "one");
  calls.push(peer.session.call("/a/call", {}));
  await turn();
  deepStrictEqual(peer.credits(), []);
  for (const id of ["2", "3"]) peer.answer(id, id);
  await Promise.all(calls);
});

Deno.test("an answer to nothing is not acknowledged, or whoever floods could make the hub talk", async () => {
  const peer = byHand({ acknowledges: true });
  const call = peer.session.call("/a/call", {});
  peer.answer("none", "one");
  await turn();
  deepStrictEqual(peer.credits(), []);
  peer.answer("1", "one");
  await call;
});

Deno.test("answers are not acknowledged unless that is asked for", async () => {
  const peer = byHand();
  const calls = [1, 2].map(() => peer.session.call("/a/call", {}));
  peer.answer("1", "one");
  await turn();
  deepStrictEqual(peer.credits(), []);
  peer.answer("2", "two");
  await Promise.all(calls);
});

Deno.test("nothing is said on a connection that has ended within the turn", async () => {
  const peer = byHand({ acknowledges: true });
  const calls = [1, 2].map(() => peer.session.call("/a/call", {}).catch(() => "lost"));
  peer.answer("1", "one");
  const before = peer.sent.length;
  peer.session.end();
  await turn();
  strictEqual(peer.sent.length, before);
  deepStrictEqual(await Promise.all(calls), ["one", "lost"]);
});
