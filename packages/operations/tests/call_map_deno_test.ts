import { createNatsEventTarget } from "@alkdev/pubsub/event-target-nats";
import { createRedisEventTarget } from "@alkdev/pubsub/event-target-redis";
import { createWebSocketClientEventTarget } from "@alkdev/pubsub/event-target-websocket-client";
import { connect } from "@nats-io/transport-node";
import { Redis } from "ioredis";
import { testEnvironment } from "../../../tests/harness/environment.ts";
import { findRedis, startRedis } from "../../../tests/harness/redis.ts";
import { startEventServer } from "../../pubsub/tests/event_server.ts";
import { testCallMap } from "./call_map_contract.ts";

testCallMap("a WebSocket", () => {
  const server = startEventServer();
  let isGone = () => {};
  const gone = new Promise<void>((resolve) => isGone = resolve);
  class WatchedWebSocket extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener("close", () => isGone());
    }
  }
  const caller = createWebSocketClientEventTarget({
    url: server.url,
    WebSocket: WatchedWebSocket,
    reconnect: false,
  });
  return {
    caller,
    handler: server.target,
    // Topics go out before events, on the same connection.
    settle: () => Promise.resolve(),
    async [Symbol.asyncDispose]() {
      caller.close();
      await gone;
      await server[Symbol.asyncDispose]();
    },
  };
});

testCallMap("NATS", async () => {
  const prefix = `test.${crypto.randomUUID()}`;
  const open = () => connect({ servers: testEnvironment().natsUrl });
  const [one, two] = [await open(), await open()];
  const caller = createNatsEventTarget({ connection: one, prefix });
  const handler = createNatsEventTarget({ connection: two, prefix });
  return {
    caller,
    handler,
    // The client hands over whatever it read, and a consumer has no turn in between.
    queueLimit: 4096,
    settle: async () => void await Promise.all([caller.flush(), handler.flush()]),
    async [Symbol.asyncDispose]() {
      caller.close();
      handler.close();
      await Promise.all([one.close(), two.close()]);
    },
  };
});

const program = await findRedis();
testCallMap("Redis", async () => {
  const server = await startRedis();
  const clients = Array.from({ length: 3 }, () => new Redis(server.url));
  const [publishClient, near, far] = clients;
  if (publishClient === undefined || near === undefined || far === undefined) {
    throw new Error("there are three clients");
  }
  const caller = createRedisEventTarget({ publishClient, subscribeClient: near });
  const handler = createRedisEventTarget({ publishClient, subscribeClient: far });
  return {
    caller,
    handler,
    // Commands of one connection are done in order.
    settle: async () => void await Promise.all([near.ping(), far.ping()]),
    async [Symbol.asyncDispose]() {
      caller.close();
      handler.close();
      await Promise.all(clients.map((client) => client.quit()));
      await server[Symbol.asyncDispose]();
    },
  };
}, { ignore: "missing" in program ? program.missing : undefined });
