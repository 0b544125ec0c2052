import { connect, type NatsConnection } from "@nats-io/transport-node";
import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { testEnvironment } from "../../../tests/harness/environment.ts";
import { type Events, testEventTarget } from "../tests/event_target_contract.ts";
import { until } from "../tests/until.ts";
import { createNatsEventTarget, type NatsConnectionLike } from "./event-target-nats.ts";
import { createPubSub } from "./index.ts";

const { natsUrl } = testEnvironment();

/** Subjects of one test. */
const freshPrefix = () => `test.${crypto.randomUUID()}`;

const open = () => connect({ servers: natsUrl });

/** Counts the subscriptions made through a connection. */
function counted(connection: NatsConnection): NatsConnectionLike & { count: number } {
  const counting: NatsConnectionLike & { count: number } = {
    count: 0,
    publish: (...args) => connection.publish(...args),
    flush: () => connection.flush(),
    isClosed: () => connection.isClosed(),
    subscribe(...args) {
      counting.count++;
      const subscription = connection.subscribe(...args);
      const unsubscribe = subscription.unsubscribe.bind(subscription);
      subscription.unsubscribe = (max) => {
        counting.count--;
        unsubscribe(max);
      };
      return subscription;
    },
  };
  return counting;
}

testEventTarget("NATS", async () => {
  const prefix = freshPrefix();
  const [one, two] = [await open(), await open()];
  const connection = counted(two);
  const near = createNatsEventTarget({ connection: one, prefix });
  const far = createNatsEventTarget({ connection, prefix });
  return {
    near,
    far,
    settle: () => far.flush(),
    garbage: () => one.publish(`${prefix}.alpha.x`, "garbage"),
    subscribed: () => connection.count,
    async [Symbol.asyncDispose]() {
      near.close();
      far.close();
      await Promise.all([one.close(), two.close()]);
    },
  };
}, { garbage: true, subscribed: true });

Deno.test("on one connection, own events come back without a flush", async () => {
  const connection = await open();
  const target = createNatsEventTarget({ connection, prefix: freshPrefix() });
  const pubsub = createPubSub<Events>({ eventTarget: target });
  const seen: unknown[] = [];
  pubsub.listen("alpha", "", ({ payload }) => seen.push(payload));
  pubsub.publish("alpha", "", 1);
  await until(() => seen.length > 0, "the event");
  await connection.close();
});

Deno.test("wildcards get every id of a type, and everything", async () => {
  const connection = await open();
  const target = createNatsEventTarget({ connection, prefix: freshPrefix() });
  const pubsub = createPubSub<Events>({ eventTarget: target });
  const seen: string[] = [];
  target.addEventListener("alpha:*", ({ type }) => seen.push(`some ${type}`));
  target.addEventListener("*:*", ({ type }) => seen.push(`all ${type}`));
  pubsub.publish("alpha", "a.b *", 1);
  pubsub.publish("beta", "", 2);
  await until(() => seen.length >= 3, "three deliveries");
  deepStrictEqual(seen.toSorted(), ["all alpha:a.b *", "all beta:", "some alpha:a.b *"]);
  await connection.close();
});

Deno.test("each event reaches one member of a queue group", async () => {
  const prefix = freshPrefix();
  const connections = await Promise.all([open(), open(), open()]);
  const counts = [0, 0];
  const workers = connections.slice(0, 2).map((connection, at) => {
    const target = createNatsEventTarget({ connection, prefix, queue: "workers" });
    createPubSub<Events>({ eventTarget: target }).listen("alpha", "", () => {
      counts[at] = (counts[at] ?? 0) + 1;
    });
    return target.flush();
  });
  await Promise.all(workers);
  const [, , third] = connections;
  if (third === undefined) throw new Error("there are three connections");
  const pubsub = createPubSub<Events>({
    eventTarget: createNatsEventTarget({ connection: third, prefix }),
  });
  for (let n = 0; n < 100; n++) pubsub.publish("alpha", "", n);
  await until(() => counts.reduce((sum, count) => sum + count) >= 100, "100 deliveries");
  await Promise.all(connections.map((connection) => connection.flush()));
  strictEqual(counts.reduce((sum, count) => sum + count), 100);
  await Promise.all(connections.map((connection) => connection.close()));
});

Deno.test("a forged envelope is dropped and reported", async () => {
  const connection = await open();
  const prefix = freshPrefix();
  const errors: unknown[] = [];
  const target = createNatsEventTarget({
    connection,
    prefix,
    onError: (error) => errors.push(error),
  });
  const seen: unknown[] = [];
  createPubSub<Events>({ eventTarget: target }).listen("alpha", "*", (e) => seen.push(e));
  connection.publish(`${prefix}.alpha.x`, '{"type":"alpha","id":"y","payload":1}');
  await until(() => errors.length > 0, "the report");
  match(String(errors[0]), /TypeError: Cannot deliver alpha:y: it came on /);
  deepStrictEqual(seen, []);
  await connection.close();
});

Deno.test("a payload that is too large for the server is the publisher's error", async () => {
  const connection = await open();
  const target = createNatsEventTarget({ connection, prefix: freshPrefix() });
  const pubsub = createPubSub<Events>({ eventTarget: target });
  const size = (connection.info?.max_payload ?? 0) + 1;
  throws(() => pubsub.publish("alpha", "", "x".repeat(size)), /max_payload|exceeded/i);
  await connection.close();
  throws(() => pubsub.publish("alpha", "", 1), /closed/i);
  target.close();
});
