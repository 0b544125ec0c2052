import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { startEventServer } from "../tests/event_server.ts";
import { type Events, testEventTarget } from "../tests/event_target_contract.ts";
import { until } from "../tests/until.ts";
import {
  createWebSocketClientEventTarget,
  type WebSocketClientEventTargetOptions,
  type WebSocketClientStatus,
} from "./event-target-websocket-client.ts";
import { createPubSub } from "./index.ts";
import type { TypedEvent } from "./types.ts";

/** A client, and what becomes of its connection. */
function openClient(options: WebSocketClientEventTargetOptions) {
  let status: WebSocketClientStatus = "closed";
  const sockets = new Set<WebSocket>();
  class WatchedWebSocket extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols);
      sockets.add(this);
      this.addEventListener("close", () => sockets.delete(this));
    }
  }
  // The socket of a closed target is gone a little later; the leak check wants to know when.
  const gone = () => until(() => sockets.size === 0, "the end of every socket");
  const target = createWebSocketClientEventTarget<TypedEvent>({
    WebSocket: WatchedWebSocket,
    reconnect: { minDelayMs: 1, maxDelayMs: 10 },
    onStatus: (next) => status = next,
    ...options,
  });
  const pubsub = createPubSub<Events>({ eventTarget: target });
  const open = () => until(() => status === "open", "an open connection");
  return { target, pubsub, gone, open, status: () => status };
}

for (const direction of ["server to client", "client to server"] as const) {
  testEventTarget(`WebSocket, ${direction}`, async () => {
    const server = startEventServer();
    const client = openClient({ url: server.url, reconnect: false });
    await client.open();
    await until(() => server.target.connections.size === 1, "the connection");
    const [connection] = server.target.connections;
    // An answer on the same connection comes after all that was sent before it was asked for.
    let asked = 0;
    const settle = async () => {
      const topic = `settle:${asked++}`;
      const listener = () => {};
      client.target.addEventListener(topic, listener);
      await until(() => connection?.topics.has(topic) ?? false, "the subscription");
      client.target.removeEventListener(topic, listener);
      await until(() => !connection?.topics.has(topic), "its end");
    };
    return {
      near: toClient(direction) ? server.target : client.target,
      far: toClient(direction) ? client.target : server.target,
      // A client that is closed has nothing to settle.
      settle: () => connection?.socket.readyState === 1 ? settle() : Promise.resolve(),
      garbage: () => connection?.socket.send("garbage"),
      async [Symbol.asyncDispose]() {
        client.target.close();
        await client.gone();
        await server[Symbol.asyncDispose]();
      },
    };
  }, toClient(direction) ? { garbage: true } : {});
}

function toClient(direction: string): boolean {
  return direction === "server to client";
}

Deno.test("a client comes back after its server was away, with its topics and its queue", async () => {
  const first = startEventServer();
  const client = openClient({ url: first.url });
  await client.open();
  const seen: unknown[] = [];
  client.pubsub.listen("alpha", "x", ({ payload }) => seen.push(payload));
  await first[Symbol.asyncDispose]();
  await until(() => client.status() !== "open", "the loss");
  client.pubsub.publish("beta", "x", "waited");

  await using second = startEventServer({ port: first.port });
  const local = createPubSub<Events>({ eventTarget: second.target });
  const waited: unknown[] = [];
  local.listen("beta", "x", ({ payload }) => {
    waited.push(payload);
    // The topics came before the queue: this answer finds its listener.
    local.publish("alpha", "x", "answer");
  });
  await until(() => seen.length > 0, "the answer");
  deepStrictEqual([waited, seen], [["waited"], ["answer"]]);
  client.target.close();
  await client.gone();
  await until(() => second.target.connections.size === 0, "the end");
});

Deno.test("a client that reads nothing is closed as slow, and another gets everything", async () => {
  const slow: unknown[] = [];
  await using server = startEventServer({
    maxBufferedAmount: 256 * 1024,
    onSlowConsumer: ({ context }) => slow.push(context),
  });
  const pubsub = createPubSub<Events>({ eventTarget: server.target });
  const reader = openClient({ url: server.url, reconnect: false });
  await reader.open();
  let received = 0;
  reader.pubsub.listen("alpha", "x", () => received++);
  await using _stalled = await connectAndStall(server.port, "alpha:x");
  await until(() => subscribers(server) === 2, "both subscriptions");

  let published = 0;
  const chunk = "x".repeat(64 * 1024);
  while (slow.length === 0) {
    pubsub.publish("alpha", "x", chunk);
    published++;
    await until(() => received === published, "the reader");
    ok(published < 5000, "the stalled connection was not closed");
  }
  deepStrictEqual(slow, ["stalled"]);
  strictEqual(server.target.connections.size, 1);
  pubsub.publish("alpha", "x", "last");
  await until(() => received === published + 1, "the last event");
  reader.target.close();
  await reader.gone();
});

function subscribers(server: ReturnType<typeof startEventServer>): number {
  return [...server.target.connections].filter(({ topics }) => topics.has("alpha:x")).length;
}

/**
 * A WebSocket client by hand that subscribes a topic and reads nothing from then on. Before it goes, it
 * reads all of it after all: until then, the server is still about to close its end.
 */
async function connectAndStall(port: number, topic: string) {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const write = async (bytes: Uint8Array) => {
    const writer = connection.writable.getWriter();
    await writer.write(bytes);
    writer.releaseLock();
  };
  const request = [
    "GET /?name=stalled HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
  ];
  await write(new TextEncoder().encode(request.join("\r\n") + "\r\n\r\n"));
  await connection.read(new Uint8Array(1024));
  const text = JSON.stringify({ type: "__subscribe", id: topic, payload: null });
  // A masked text frame with a mask of zeros, shorter than 126 bytes.
  await write(new Uint8Array([0x81, 0x80 | text.length, 0, 0, 0, 0]));
  await write(new TextEncoder().encode(text));
  return {
    async [Symbol.asyncDispose]() {
      // A masked close frame without a reason.
      await write(new Uint8Array([0x88, 0x80, 0, 0, 0, 0]));
      const buffer = new Uint8Array(64 * 1024);
      while (await connection.read(buffer) !== null);
      connection.close();
    },
  };
}
