import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { openTestBus } from "./_testing.ts";
import type { Bus } from "./connect.ts";
import { openLastSequences } from "./last_sequences.ts";
import { actorSubject, snapshotSubject } from "./subjects.ts";

/** A realm with as many messages of each actor as told. */
async function opened(counts: Readonly<Record<string, number>>) {
  const bus = await openTestBus({ streams: true });
  const subject = (id: string) => actorSubject(bus.realm, { kind: "k", id });
  const last: Record<string, number> = {};
  for (const [id, count] of Object.entries(counts)) {
    for (let i = 0; i < count; i++) {
      last[id] = (await bus.requests.publish(subject(id), "x")).seq;
    }
  }
  return { bus, subject, last, [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose]() };
}

Deno.test("the last sequence of each of many subjects is told, and what has no messages is left out", async () => {
  await using at = await opened({ a: 3, b: 1, c: 2 });
  const subjects = ["c", "none", "a"].map(at.subject);
  const found = await openLastSequences(at.bus).of({ stream: "EVENTS", subjects });
  deepStrictEqual(Object.fromEntries(found), {
    [at.subject("a")]: at.last.a,
    [at.subject("c")]: at.last.c,
  });
});

Deno.test("more subjects than the server takes at once, and more bytes than it sends, are asked for in parts", async () => {
  await using bus = await openTestBus({ streams: true });
  const small = Array.from({ length: 1_100 }, (_, i) => `s${i}`);
  const large = Array.from({ length: 12 }, (_, i) => `l${i}`);
  const subjectOf = (id: string) => snapshotSubject(bus.realm, { kind: "k", id });
  const body = new Uint8Array(1_000_000);
  await Promise.all([
    ...small.map((id) => bus.requests.publish(subjectOf(id), "x")),
    ...large.map((id) => bus.requests.publish(subjectOf(id), body)),
  ]);
  const subjects = [...large, ...small].map(subjectOf);
  const found = await openLastSequences(bus).of({ stream: "SNAPSHOTS", subjects });
  strictEqual(found.size, 1_112);
});

Deno.test("nothing is told by a server that has not come as far as the leader", async () => {
  await using at = await opened({ a: 3 });
  let asked = 0;
  const ahead: Bus = Object.create(at.bus, {
    requests: {
      value: {
        ...at.bus.requests,
        // What a leader says that is ahead of every copy.
        async request(...args: Parameters<Bus["requests"]["request"]>) {
          asked++;
          const answer = await at.bus.requests.request(...args);
          const info = answer.json<{ state: { last_seq: number } }>();
          info.state.last_seq++;
          return { ...answer, data: new TextEncoder().encode(JSON.stringify(info)) };
        },
      },
    },
  });
  const subjects = [at.subject("a")];
  deepStrictEqual((await openLastSequences(ahead).of({ stream: "EVENTS", subjects })).size, 0);
  strictEqual(asked, 1);
});

Deno.test("of a stream that is not there nothing is told but that it does not answer", async () => {
  await using bus = await openTestBus();
  const subjects = [actorSubject(bus.realm, { kind: "k", id: "a" })];
  const asked = openLastSequences(bus).of({ stream: "EVENTS", subjects });
  await rejects(asked, { code: "TIMEOUT", retryable: true });
});

Deno.test("isLast() says whether a subject has something after a sequence", async () => {
  await using at = await opened({});
  const lasts = openLastSequences(at.bus);
  const isLast = (id: string, seq: number) =>
    lasts.isLast("EVENTS", { subject: at.subject(id), seq });
  strictEqual(await isLast("a", 0), true);
  for (const id of ["a", "a", "b"]) await at.bus.requests.publish(at.subject(id), "x");
  const found = [];
  for (const seq of [0, 1, 2, 3]) found.push([await isLast("a", seq), await isLast("b", seq)]);
  deepStrictEqual(found, [[false, false], [false, false], [true, false], [true, true]]);
});

Deno.test("isLast() says nothing of a stream that is not there", async () => {
  await using bus = await openTestBus();
  const subject = actorSubject(bus.realm, { kind: "k", id: "a" });
  const asked = openLastSequences(bus).isLast("EVENTS", { subject, seq: 0 });
  await rejects(asked, { code: "TIMEOUT", retryable: true });
});
