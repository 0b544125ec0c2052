import { type Cluster, Redis } from "ioredis";
import { deepStrictEqual, ok } from "node:assert/strict";
import { findRedis, startRedis } from "../../../tests/harness/redis.ts";
import { type Events, testEventTarget } from "../tests/event_target_contract.ts";
import { until } from "../tests/until.ts";
import { createRedisEventTarget, type RedisEventTargetOptions } from "./event-target-redis.ts";
import { createPubSub } from "./index.ts";

const program = await findRedis();
const ignore = "missing" in program ? program.missing : undefined;

/** Both kinds of clients that ioredis has will do: the compiler says so. */
export const accepts = (client: Redis | Cluster): RedisEventTargetOptions => ({
  publishClient: client,
  subscribeClient: client,
});

/** Two connections to a server of their own. */
async function connect() {
  const server = await startRedis();
  const publishClient = new Redis(server.url);
  const subscribeClient = new Redis(server.url);
  return {
    publishClient,
    subscribeClient,
    async [Symbol.asyncDispose]() {
      await Promise.all([publishClient.quit(), subscribeClient.quit()]);
      await server[Symbol.asyncDispose]();
    },
  };
}

testEventTarget("Redis", async () => {
  const clients = await connect();
  const { publishClient, subscribeClient } = clients;
  const near = createRedisEventTarget({ ...clients, prefix: "app/" });
  const far = createRedisEventTarget({ ...clients, prefix: "app/" });
  return {
    near,
    far,
    // Commands of one connection are done in order.
    settle: async () => void await subscribeClient.ping(),
    garbage: async () => void await publishClient.publish("app/alpha:x", "garbage"),
    subscribed: async () => (await publishClient.pubsub("CHANNELS", "app/*")).length,
    async [Symbol.asyncDispose]() {
      near.close();
      far.close();
      await clients[Symbol.asyncDispose]();
    },
  };
}, { garbage: true, subscribed: true, ignore });

Deno.test({
  name: "after a lost connection, topics are subscribed again",
  ignore: ignore !== undefined,
  async fn() {
    await using clients = await connect();
    const { publishClient, subscribeClient } = clients;
    const errors: unknown[] = [];
    const target = createRedisEventTarget({ ...clients, onError: (error) => errors.push(error) });
    const pubsub = createPubSub<Events>({ eventTarget: target });
    const seen: unknown[] = [];
    pubsub.listen("alpha", "x", ({ payload }) => seen.push(payload));
    await subscribeClient.ping();
    await publishClient.client("KILL", "TYPE", "pubsub");
    const subscribed = async () =>
      (await publishClient.pubsub("CHANNELS", "alpha:x")).length > 0 &&
      subscribeClient.status === "ready";
    while (!await subscribed()) await new Promise((resolve) => setTimeout(resolve, 5));
    pubsub.publish("alpha", "x", 1);
    await until(() => seen.length > 0, "the event after the loss");
    deepStrictEqual(seen, [1]);
    ok(errors.length === 0);
    target.close();
  },
});
