import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { NatsConnection, Subscription } from "@nats-io/nats-core";
import { openTestBus, startServer, until } from "./_testing.ts";
import type { Bus } from "./connect.ts";
import { openStreamReader } from "./read_stream.ts";
import { actorSubject } from "./subjects.ts";

async function opened() {
  const bus = await openTestBus({ streams: true });
  const reader = await openStreamReader(bus);
  const subject = (id: string) => actorSubject(bus.realm, { kind: "k", id });
  return { bus, reader, subject, [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose]() };
}

const text = (data: Uint8Array) => new TextDecoder().decode(data);

Deno.test("read() yields the messages of one subject in order, over as many batches as it takes", async () => {
  await using at = await opened();
  const mine: string[] = [];
  for (let i = 0; i < 300; i++) {
    await at.bus.requests.publish(at.subject("a"), `${i}`, { headers: { "Hub-N": `${i}` } });
    mine.push(`${i} ${i}`);
    if (i % 3 === 0) await at.bus.requests.publish(at.subject("b"), "other");
  }
  const found = await Array.fromAsync(
    at.reader.read("EVENTS", { subject: at.subject("a") }),
    ({ data, header }) => `${text(data)} ${header("Hub-N")}`,
  );
  deepStrictEqual(found, mine);
});

Deno.test("read() begins at the sequence that is asked for, whether or not it is the subject's", async () => {
  await using at = await opened();
  for (const id of ["a", "b", "a", "b", "a"]) await at.bus.requests.publish(at.subject(id), id);
  const from = async (seq: number) =>
    await Array.fromAsync(
      at.reader.read("EVENTS", { subject: at.subject("a"), from: seq }),
      (m) => m.seq,
    );
  deepStrictEqual(await from(2), [3, 5]);
  deepStrictEqual(await from(3), [3, 5]);
  deepStrictEqual(await from(6), []);
});

Deno.test("read() since a time yields what the server has stored from then on", async () => {
  await using at = await opened();
  const subject = at.subject("a");
  for (let i = 0; i < 300; i++) await at.bus.requests.publish(subject, `${i}`);
  const all = await Array.fromAsync(at.reader.read("EVENTS", { subject }));
  const from = all.at(20)?.time ?? new Date();
  const since = await Array.fromAsync(
    at.reader.read("EVENTS", { subject, from }),
    ({ seq }) => seq,
  );
  deepStrictEqual(since, all.filter(({ time }) => time >= from).map(({ seq }) => seq));
  const later = new Date(Date.now() + 60_000);
  deepStrictEqual(await Array.fromAsync(at.reader.read("EVENTS", { subject, from: later })), []);
});

Deno.test("read() of a subject without messages yields nothing", async () => {
  await using at = await opened();
  deepStrictEqual(
    await Array.fromAsync(at.reader.read("EVENTS", { subject: at.subject("a") })),
    [],
  );
});

Deno.test("last() is the last message of a subject, or undefined", async () => {
  await using at = await opened();
  strictEqual(await at.reader.last("EVENTS", at.subject("a")), undefined);
  await at.bus.requests.publish(at.subject("a"), "one");
  await at.bus.requests.publish(at.subject("a"), "two");
  const last = await at.reader.last("EVENTS", at.subject("a"));
  strictEqual(last && text(last.data), "two");
  strictEqual(last?.seq, 2);
});

Deno.test("reading fails at once, to be tried again, while there is no connection, and works after it", async () => {
  await using server = await startServer();
  await using bus = await openTestBus({ servers: server.url, streams: true, reconnectWaitMs: 20 });
  const reader = await openStreamReader(bus);
  const subject = actorSubject(bus.realm, { kind: "k", id: "a" });
  await bus.requests.publish(subject, "one");
  const read = async () => await Array.fromAsync(reader.read("EVENTS", { subject }), (m) => m.seq);
  await server.kill();
  await until(() => bus.status === "reconnecting");
  const startedAt = performance.now();
  for (const attempt of [read(), reader.last("EVENTS", subject)]) {
    await rejects(attempt, { code: "DISCONNECTED", retryable: true });
  }
  ok(performance.now() - startedAt < 4_500, "not at the end of a timeout");
  await server.restart();
  await until(() => bus.status === "connected");
  deepStrictEqual(await read(), [1]);
});

Deno.test("what is being read when the connection is lost fails at once", async () => {
  await using server = await startServer();
  await using bus = await openTestBus({ servers: server.url, streams: true, reconnectWaitMs: 20 });
  const reader = await openStreamReader(bus);
  const subject = actorSubject(bus.realm, { kind: "k", id: "a" });
  await bus.requests.publish(subject, "one");
  server.pause();
  const attempts = [
    Array.fromAsync(reader.read("EVENTS", { subject })),
    reader.last("EVENTS", subject),
  ].map((attempt) => rejects(attempt, { name: "BusError", retryable: true }));
  const startedAt = performance.now();
  await server.kill();
  await Promise.all(attempts);
  ok(performance.now() - startedAt < 4_500, "not at the end of a timeout");
  await server.restart();
  await until(() => bus.status === "connected");
});

Deno.test("reading leaves no subscription behind, however it ends", async () => {
  await using at = await opened();
  const subject = at.subject("a");
  const many = at.subject("many");
  await Promise.all(Array.from({ length: 300 }, () => at.bus.requests.publish(many, "x")));
  for (let i = 0; i < 5; i++) await at.bus.requests.publish(subject, "x");
  const subscriptions: Subscription[] = [];
  const subscribe: NatsConnection["subscribe"] = (...args) => {
    const subscription = at.bus.connection.subscribe(...args);
    subscriptions.push(subscription);
    return subscription;
  };
  const connection: NatsConnection = Object.create(at.bus.connection, {
    subscribe: { value: subscribe },
  });
  const bus: Bus = Object.create(at.bus, { connection: { value: connection } });
  const reader = await openStreamReader(bus);
  for await (const _ of reader.read("EVENTS", { subject })) break;
  await Array.fromAsync(reader.read("EVENTS", { subject, from: 304 }));
  await Array.fromAsync(reader.read("EVENTS", { subject: at.subject("nobody") }));
  strictEqual(subscriptions.length, 3);
  // Left while more is on its way.
  for await (const _ of reader.read("EVENTS", { subject: many })) break;
  strictEqual(subscriptions.length, 5);
  ok(subscriptions.every((one) => one.isClosed()));
});

Deno.test("large messages are read in as many batches as it takes", async () => {
  await using at = await opened();
  const large = "x".repeat(900 * 1024);
  for (let i = 0; i < 20; i++) await at.bus.requests.publish(at.subject("a"), large);
  const seqs = await Array.fromAsync(
    at.reader.read("EVENTS", { subject: at.subject("a") }),
    ({ seq, data }) => data.length === large.length ? seq : 0,
  );
  deepStrictEqual(seqs, Array.from({ length: 20 }, (_, i) => i + 1));
});
