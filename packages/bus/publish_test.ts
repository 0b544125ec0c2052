import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { startProxy } from "./_proxy.ts";
import { openTestBus, randomRealm, startServer, until } from "./_testing.ts";
import { openBus } from "./connect.ts";
import { BusError, JetStreamRefusal, WrongLastSequence } from "./errors.ts";
import { deleteRealm, ensureStreams } from "./streams.ts";
import {
  actorSubject,
  bucketStreamName,
  chunkSubject,
  dueFilter,
  dueSubject,
  durableName,
  keySubject,
  snapshotSubject,
  streamName,
  timerSubject,
} from "./subjects.ts";

const at = (id: string) => ({ kind: "k", id });
const fails = (code: string) => (error: unknown) =>
  error instanceof BusError && error.code === code;

Deno.test("publish() resolves with where the message was stored", async () => {
  await using bus = await openTestBus({ streams: true });
  const subject = actorSubject(bus.realm, at("a"));
  const acks = [await bus.requests.publish(subject, "1"), await bus.requests.publish(subject, "2")];
  const stream = streamName(bus.realm, "EVENTS");
  deepStrictEqual(acks, [
    { stream, seq: 1, duplicate: false },
    { stream, seq: 2, duplicate: false },
  ]);
});

Deno.test("publish() with a fence stores on a match only, and says what it found", async () => {
  await using bus = await openTestBus({ streams: true });
  const subject = actorSubject(bus.realm, at("a"));
  const append = (data: string, expectedLastSubjectSequence: number) =>
    bus.requests.publish(subject, data, { expectedLastSubjectSequence });
  const first = await append("1", 0);
  await bus.requests.publish(actorSubject(bus.realm, at("b")), "elsewhere");
  const second = await append("2", first.seq);
  for (const stale of [0, first.seq]) {
    await rejects(append("never", stale), (error) => {
      ok(error instanceof WrongLastSequence);
      strictEqual(error.code, "WRONG_LAST_SEQUENCE");
      return error.found === second.seq;
    });
  }
  const manager = await jetstreamManager(bus.connection);
  const { state } = await manager.streams.info(streamName(bus.realm, "EVENTS"));
  strictEqual(state.messages, 3);
});

Deno.test("of many publishes with one fence exactly one is stored", async () => {
  await using bus = await openTestBus({ streams: true });
  const subject = actorSubject(bus.realm, at("a"));
  const outcomes = await Promise.allSettled(
    Array.from(
      { length: 64 },
      (_, i) => bus.requests.publish(subject, String(i), { expectedLastSubjectSequence: 0 }),
    ),
  );
  strictEqual(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") ok(outcome.reason instanceof WrongLastSequence);
  }
});

Deno.test("publish() fences by another subject or by the whole stream", async () => {
  await using bus = await openTestBus({ streams: true });
  const [a, b] = [actorSubject(bus.realm, at("a")), actorSubject(bus.realm, at("b"))];
  await bus.requests.publish(a, "1");
  await bus.requests.publish(b, "1", {
    expectedLastSubjectSequence: 1,
    expectedLastSubjectSequenceSubject: a,
  });
  await rejects(
    bus.requests.publish(b, "2", {
      expectedLastSubjectSequence: 2,
      expectedLastSubjectSequenceSubject: a,
    }),
    WrongLastSequence,
  );
  await bus.requests.publish(a, "2", { expectedLastSequence: 2 });
  await rejects(bus.requests.publish(a, "3", { expectedLastSequence: 2 }), WrongLastSequence);
});

Deno.test("publish() stores a message id once", async () => {
  await using bus = await openTestBus({ streams: true });
  const subject = actorSubject(bus.realm, at("a"));
  const first = await bus.requests.publish(subject, "1", { msgId: "m1" });
  const again = await bus.requests.publish(subject, "1", { msgId: "m1" });
  deepStrictEqual([first.duplicate, again.duplicate, again.seq], [false, true, first.seq]);
});

Deno.test("publish() says why a stream refuses a message", async () => {
  await using bus = await openTestBus({ streams: true });
  const subject = chunkSubject(bus.realm, "s");
  await rejects(bus.requests.publish(subject, new Uint8Array(256 * 1024 + 1)), (error) => {
    ok(error instanceof JetStreamRefusal);
    strictEqual(error.apiCode, 10054);
    return error.code === "PUBLISH_REFUSED" && !error.retryable;
  });
});

Deno.test("publish() to a subject of no stream says that nobody listens", async () => {
  await using bus = await openTestBus();
  const publishing = bus.requests.publish(actorSubject(bus.realm, at("a")), "x");
  await rejects(publishing, fails("NO_RESPONDERS"));
});

Deno.test("publish() takes no service's answer for an acknowledgement", async () => {
  await using bus = await openTestBus();
  const subject = `${bus.realm}.service`;
  for (const answer of ["", "ok", "null", "[]", '{"seq":"1","stream":"s"}']) {
    const subscription = bus.connection.subscribe(subject, {
      callback: (_error, message) => void message.respond(answer),
    });
    await rejects(bus.requests.publish(subject, "x"), fails("INVALID_JSON"));
    subscription.unsubscribe();
  }
});

Deno.test("publish() with a TTL stores a message that expires", async () => {
  await using bus = await openTestBus({ streams: true });
  const subject = keySubject(bus.realm, "SPECS", "abc");
  await bus.requests.publish(subject, "x", { ttlMs: 1_000 });
  const manager = await jetstreamManager(bus.connection);
  const read = () =>
    manager.streams.getMessage(bucketStreamName(bus.realm, "SPECS"), { last_by_subj: subject });
  strictEqual((await read())?.string(), "x");
  await until(async () => (await read())?.string() !== "x");
});

Deno.test("publish() with a schedule has the server publish later, once, with a TTL", async () => {
  await using bus = await openTestBus({ streams: true });
  const { realm, connection, requests } = bus;
  const timer = { ...at("a"), timer: "after.100.k.waiting" };
  const target = dueSubject(realm, timer);
  const startedAt = Date.now();
  const schedule = { at: new Date(startedAt + 300), target, ttlMs: 60_000 };
  const arm = () => requests.publish(timerSubject(realm, timer), "wake", { schedule });
  await arm();
  await arm(); // Replaces, and does not add.
  const manager = await jetstreamManager(connection);
  const stream = streamName(realm, "TIMERS");
  const durable_name = durableName("timers");
  await manager.consumers.add(stream, {
    durable_name,
    ack_policy: AckPolicy.Explicit,
    filter_subject: dueFilter(realm),
  });
  const consumer = await jetstream(connection).consumers.get(stream, durable_name);
  const fired = await consumer.next({ expires: 30_000 });
  ok(Date.now() - startedAt >= 300);
  strictEqual(fired?.subject, target);
  strictEqual(fired?.string(), "wake");
  strictEqual(fired?.headers?.get("Nats-TTL"), "60s");
  ok(await fired?.ackAck());
  strictEqual(await consumer.next({ expires: 1_000 }), null);
});

Deno.test("a message of SNAPSHOTS replaces the one before it", async () => {
  await using bus = await openTestBus({ streams: true });
  const subject = snapshotSubject(bus.realm, at("a"));
  for (const text of ["1", "2", "3"]) await bus.requests.publish(subject, text);
  const manager = await jetstreamManager(bus.connection);
  const { state } = await manager.streams.info(streamName(bus.realm, "SNAPSHOTS"));
  strictEqual(state.messages, 1);
});

Deno.test("atomicPublish() stores all messages, in order and next to each other", async () => {
  await using bus = await openTestBus({ streams: true });
  const subjects = ["a", "b", "a", "c"].map((id) => actorSubject(bus.realm, at(id)));
  const [first, ...rest] = subjects.map((subject, i) => ({ subject, payload: String(i) }));
  ok(first !== undefined);
  const ack = await bus.requests.atomicPublish([
    { ...first, expectedLastSubjectSequence: 0 },
    ...rest,
  ]);
  strictEqual(ack.seq, 4);
  const manager = await jetstreamManager(bus.connection);
  for (const [i, subject] of subjects.entries()) {
    const stored = await manager.streams.getMessage(ack.stream, { seq: i + 1 });
    deepStrictEqual([stored?.subject, stored?.string()], [subject, String(i)]);
  }
});

Deno.test("atomicPublish() stores nothing if one fence does not hold, wherever it stands", async () => {
  await using bus = await openTestBus({ streams: true });
  await bus.requests.publish(actorSubject(bus.realm, at("b")), "before");
  for (const wrong of [0, 1, 2]) {
    const batch = ["a", "b", "c"].map((id, i) => ({
      subject: actorSubject(bus.realm, at(id)),
      payload: "x",
      expectedLastSubjectSequence: i === wrong ? 99 : i === 1 ? 1 : 0,
    }));
    await rejects(bus.requests.atomicPublish(batch), WrongLastSequence);
  }
  const manager = await jetstreamManager(bus.connection);
  const { state } = await manager.streams.info(streamName(bus.realm, "EVENTS"));
  strictEqual(state.messages, 1);
});

Deno.test("atomicPublish() of one message is an ordinary publish", async () => {
  await using bus = await openTestBus({ streams: true });
  // SNAPSHOTS takes no batches.
  const subject = snapshotSubject(bus.realm, at("a"));
  strictEqual((await bus.requests.atomicPublish([{ subject, payload: "x" }])).seq, 1);
});

Deno.test("atomicPublish() refuses no messages and more than the server takes", async () => {
  await using bus = await openTestBus({ streams: true });
  const one = { subject: actorSubject(bus.realm, at("a")), payload: "x" };
  await rejects(bus.requests.atomicPublish([]), RangeError);
  await rejects(bus.requests.atomicPublish(Array(1_001).fill(one)), RangeError);
  strictEqual((await bus.requests.atomicPublish(Array(1_000).fill(one))).seq, 1_000);
});

Deno.test("every acknowledged publish is there after the server was killed, and no fence is broken", async () => {
  await using server = await startServer();
  const realm = randomRealm();
  await using bus = await openBus({ servers: server.url, name: "t", realm, reconnectWaitMs: 20 });
  await ensureStreams(bus.connection, { realm });
  const subject = actorSubject(realm, at("a"));
  const acknowledged: number[] = [];
  let unknown = 0, last = 0;
  async function append(count: number): Promise<void> {
    const manager = await jetstreamManager(bus.connection, { checkAPI: false });
    for (let i = 0; i < count; i++) {
      try {
        const { seq } = await bus.requests.publish(subject, String(i), {
          expectedLastSubjectSequence: last,
        });
        acknowledged.push(last = seq);
      } catch (error) {
        ok(error instanceof BusError && error.retryable, String(error));
        if (error.outcomeUnknown) unknown++;
        await until(() => bus.status === "connected");
        // What the log says, not what we suppose.
        const stored = await manager.streams.getMessage(streamName(realm, "EVENTS"), {
          last_by_subj: subject,
        });
        last = stored?.seq ?? 0;
      }
    }
  }
  const appending = append(2_000);
  await until(() => acknowledged.length > 500);
  await server.kill();
  await server.restart();
  await appending;
  const manager = await jetstreamManager(bus.connection);
  const { state } = await manager.streams.info(streamName(realm, "EVENTS"));
  strictEqual(state.last_seq, last);
  strictEqual(state.messages, state.last_seq);
  ok(acknowledged.length + unknown >= state.messages);
  ok(acknowledged.every((seq) => seq <= last));
  await deleteRealm(bus.connection, realm);
});

Deno.test("a publish whose acknowledgement is lost is unknown at once, and may have been stored", async () => {
  await using server = await startServer();
  await using proxy = startProxy(server.port);
  const realm = randomRealm();
  await using bus = await openBus({ servers: proxy.url, name: "t", realm, reconnectWaitMs: 20 });
  await ensureStreams(bus.connection, { realm });
  const subject = actorSubject(realm, at("a"));
  proxy.muteServer();
  const publishing = bus.requests.publish(subject, "x", {
    expectedLastSubjectSequence: 0,
    timeoutMs: 60_000,
  });
  const rejected = rejects(publishing, fails("OUTCOME_UNKNOWN"));
  await using witness = await openBus({ servers: server.url, name: "w", realm });
  const manager = await jetstreamManager(witness.connection);
  await until(async () =>
    (await manager.streams.info(streamName(realm, "EVENTS"))).state.messages === 1
  );
  await proxy.cut();
  await rejected;
  proxy.restore();
  await until(() => bus.status === "connected");
  await rejects(
    bus.requests.publish(subject, "x", { expectedLastSubjectSequence: 0 }),
    (error) => error instanceof WrongLastSequence && error.found === 1,
  );
});
