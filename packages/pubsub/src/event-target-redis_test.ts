import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { type Events, testEventTarget } from "../tests/event_target_contract.ts";
import { FakeRedis } from "../tests/fake_redis.ts";
import { nextTurn } from "../tests/until.ts";
import { createRedisEventTarget, type RedisEventTargetOptions } from "./event-target-redis.ts";
import { createPubSub } from "./index.ts";

function openRedis(options: Partial<RedisEventTargetOptions> = {}) {
  const server = new FakeRedis();
  const publishClient = server.connect();
  const subscribeClient = server.connect();
  const errors: unknown[] = [];
  const target = createRedisEventTarget({
    publishClient,
    subscribeClient,
    onError: (error) => errors.push(error),
    ...options,
  });
  return { server, publishClient, subscribeClient, target, errors };
}

testEventTarget("Redis in memory", () => {
  const { server, target, subscribeClient } = openRedis({ prefix: "app/" });
  return {
    near: createRedisEventTarget({
      publishClient: server.connect(),
      subscribeClient: server.connect(),
      prefix: "app/",
    }),
    far: target,
    settle: nextTurn,
    garbage: () => ["", "{", "null"].forEach((junk) => server.publish("app/alpha:x", junk)),
    subscribed: () => subscribeClient.channels.size,
    async [Symbol.asyncDispose]() {},
  };
}, { garbage: true, subscribed: true });

Deno.test("the channel is prefix and topic, the message the envelope as JSON", async () => {
  const { server, target } = openRedis({ prefix: "app/" });
  const watcher = server.connect();
  await watcher.subscribe("app/alpha:");
  const messages: string[] = [];
  watcher.on("message", (_, message) => messages.push(message));
  createPubSub<Events>({ eventTarget: target }).publish("alpha", "", { n: 1 });
  await nextTurn();
  deepStrictEqual(messages, ['{"type":"alpha","id":"","payload":{"n":1}}']);
});

Deno.test("a serializer of the caller's writes and reads messages", async () => {
  const { target } = openRedis({
    serializer: {
      stringify: (value) => `<${JSON.stringify(value)}>`,
      parse: (text) => JSON.parse(text.slice(1, -1)),
    },
  });
  const pubsub = createPubSub<Events>({ eventTarget: target });
  const seen: unknown[] = [];
  pubsub.listen("alpha", "", ({ payload }) => seen.push(payload));
  await nextTurn();
  pubsub.publish("alpha", "", 1);
  await nextTurn();
  deepStrictEqual(seen, [1]);
});

Deno.test("what a client refuses is reported, not left unhandled", async () => {
  const { target, publishClient, subscribeClient, errors } = openRedis();
  publishClient.broken = subscribeClient.broken = true;
  const pubsub = createPubSub<Events>({ eventTarget: target });
  const end = pubsub.listen("alpha", "", () => {});
  end();
  pubsub.publish("alpha", "", 1);
  await nextTurn();
  deepStrictEqual(errors.map(String), Array(3).fill("Error: connection is closed"));
  strictEqual(target.errorCount, 3);
});

Deno.test("an envelope that is of another topic than its channel is dropped and reported", async () => {
  const { server, target, errors } = openRedis();
  const seen: unknown[] = [];
  createPubSub<Events>({ eventTarget: target }).listen("alpha", "x", (e) => seen.push(e));
  await nextTurn();
  server.publish("alpha:x", '{"type":"alpha","id":"y","payload":1}');
  server.publish("alpha:x", '{"type":"__x","id":"x","payload":1}');
  server.publish("alpha:x", '{"type":"a:b","id":"x","payload":1}');
  deepStrictEqual(seen, []);
  deepStrictEqual(errors.map(String), [
    "TypeError: Cannot deliver alpha:y: it came as alpha:x",
    'TypeError: Cannot read an event: "a:b" is no event type',
  ]);
});

Deno.test("close() takes the handler and the channels from the client, and no more", async () => {
  const { target, subscribeClient, errors } = openRedis();
  const pubsub = createPubSub<Events>({ eventTarget: target });
  pubsub.listen("alpha", "x", () => {});
  await nextTurn();
  target.close();
  await nextTurn();
  strictEqual(subscribeClient.listeners.size, 0);
  strictEqual(subscribeClient.channels.size, 0);
  deepStrictEqual(errors, []);
  throws(() => pubsub.publish("alpha", "x", 1), { code: "EVENT_TARGET_CLOSED" });
});
