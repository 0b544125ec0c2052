import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import type { Events } from "../tests/event_target_contract.ts";
import { createSocketPair, FakeSocket } from "../tests/socket_pair.ts";
import { nextTurn, until } from "../tests/until.ts";
import {
  createWebSocketClientEventTarget,
  type WebSocketClientEventTargetOptions,
  type WebSocketConstructor,
} from "./event-target-websocket-client.ts";
import { createPubSub } from "./index.ts";

/** A client whose sockets are made in memory, one per connection. */
function openClient(options: WebSocketClientEventTargetOptions = {}) {
  const sockets: FakeSocket[] = [];
  const requests: unknown[][] = [];
  class MemoryWebSocket extends FakeSocket {
    constructor(...request: unknown[]) {
      super();
      requests.push(request);
      sockets.push(this);
    }
  }
  const errors: unknown[] = [];
  const statuses: string[] = [];
  const target = createWebSocketClientEventTarget({
    url: "ws://host/events",
    WebSocket: MemoryWebSocket as WebSocketConstructor,
    reconnect: { minDelayMs: 1, maxDelayMs: 2 },
    onError: (error) => errors.push(error),
    onStatus: (status) => statuses.push(status),
    ...options,
  });
  const pubsub = createPubSub<Events>({ eventTarget: target });
  const socket = (index = 0): FakeSocket => {
    const found = sockets[index];
    if (found === undefined) throw new Error(`there is no socket ${index} yet`);
    return found;
  };
  return { target, pubsub, socket, sockets, requests, errors, statuses };
}

const subscribe = (topic: string) => `{"type":"__subscribe","id":"${topic}","payload":null}`;
const unsubscribe = (topic: string) => `{"type":"__unsubscribe","id":"${topic}","payload":null}`;
const event = (payload: unknown) => JSON.stringify({ type: "alpha", id: "x", payload });

Deno.test("on open, topics are subscribed first, then the queue is sent in order", () => {
  const { pubsub, socket, target, statuses } = openClient();
  pubsub.publish("alpha", "x", 1);
  pubsub.listen("beta", "", () => {});
  pubsub.publish("alpha", "x", 2);
  pubsub.listen("gamma", "y", () => {});
  deepStrictEqual(socket().sent, []);
  socket().open();
  deepStrictEqual(socket().sent, [subscribe("beta:"), subscribe("gamma:y"), event(1), event(2)]);
  deepStrictEqual(statuses, ["connecting", "open"]);
  target.close();
});

Deno.test("listeners that come and go while open subscribe and unsubscribe at once", () => {
  const { pubsub, socket, target } = openClient();
  socket().open();
  const ends = [pubsub.listen("alpha", "x", () => {}), pubsub.listen("alpha", "x", () => {})];
  for (const end of ends) end();
  deepStrictEqual(socket().sent, [subscribe("alpha:x"), unsubscribe("alpha:x")]);
  target.close();
});

Deno.test("when the connection is lost, topics and waiting events survive, sent ones do not", async () => {
  const { pubsub, socket, sockets, target, statuses } = openClient();
  pubsub.listen("beta", "", () => {});
  socket().open();
  pubsub.publish("alpha", "x", "sent");
  socket().lose();
  pubsub.publish("alpha", "x", "waiting");
  await until(() => sockets.length === 2, "a second socket");
  socket(1).open();
  deepStrictEqual(socket(1).sent, [subscribe("beta:"), event("waiting")]);
  deepStrictEqual(statuses, ["connecting", "open", "closed", "connecting", "open"]);
  strictEqual(socket(0).listenerCount, 0);
  target.close();
});

Deno.test("a connection that opened makes waits begin anew", async () => {
  const { socket, sockets, target } = openClient({
    reconnect: { minDelayMs: 1, maxDelayMs: 60_000 },
  });
  for (let lost = 1; lost <= 25; lost++) {
    socket(lost - 1).open();
    socket(lost - 1).lose();
    await until(() => sockets.length > lost, "the next socket");
  }
  target.close();
});

Deno.test("a full queue is a QueueFullError for the publisher", () => {
  const { pubsub, socket, target } = openClient({ maxQueue: 2 });
  pubsub.publish("alpha", "x", 1);
  pubsub.publish("alpha", "x", 2);
  throws(() => pubsub.publish("alpha", "x", 3), { name: "QueueFullError", code: "QUEUE_FULL" });
  socket().open();
  pubsub.publish("alpha", "x", 4);
  deepStrictEqual(socket().sent, [event(1), event(2), event(4)]);
  target.close();
});

Deno.test("a server that takes nothing is a QueueFullError, once enough waits in the socket", () => {
  const { pubsub, socket, target } = openClient({ maxBufferedAmount: 100 });
  socket().open();
  socket().bufferedAmount = 100;
  pubsub.publish("alpha", "x", 1);
  socket().bufferedAmount = 101;
  throws(() => pubsub.publish("alpha", "x", 2), { code: "QUEUE_FULL" });
  deepStrictEqual(socket().sent, [event(1)]);
  target.close();
});

Deno.test("events come as ArrayBuffer, typed array, text or Blob, and keep their order", async () => {
  const { pubsub, socket, target } = openClient();
  const seen: unknown[] = [];
  pubsub.listen("alpha", "x", ({ payload }) => seen.push(payload));
  socket().open();
  strictEqual(socket().binaryType, "arraybuffer");
  const bytes = (payload: unknown) => new TextEncoder().encode(event(payload));
  for (
    const data of [
      event(1),
      bytes(2).buffer,
      new Blob([bytes(3)]),
      bytes(4),
      new Blob([bytes(5)]),
      event(6),
    ]
  ) {
    socket().emit("message", { data });
  }
  deepStrictEqual(seen, [1, 2]);
  await until(() => seen.length >= 6, "six events");
  socket().emit("message", { data: event(7) });
  deepStrictEqual(seen, [1, 2, 3, 4, 5, 6, 7]);
  target.close();
});

Deno.test("garbage, control messages and large messages reach no listener", () => {
  const { pubsub, socket, target, errors } = openClient({ maxMessageBytes: 100 });
  const seen: unknown[] = [];
  pubsub.listen("alpha", "x", ({ payload }) => seen.push(payload));
  target.addEventListener("__x:", () => seen.push("control"));
  socket().open();
  const garbage = ["", "{", "null", "[1]", `{"type":"alpha"}`, new Uint8Array([0xff]), 5];
  for (const data of garbage) socket().emit("message", { data });
  strictEqual(target.errorCount, garbage.length);
  socket().emit("message", { data: `{"type":"__x","id":"","payload":1}` });
  strictEqual(target.errorCount, garbage.length);
  socket().emit("message", { data: event("x".repeat(100)) });
  strictEqual(String(errors.at(-1)), "RangeError: Cannot take a message of more than 100 bytes");
  socket().emit("message", { data: event("x".repeat(50)) });
  deepStrictEqual(seen, ["x".repeat(50)]);
  target.close();
});

Deno.test("close() closes the socket, forgets the queue and connects no more", async () => {
  const { target, pubsub, socket, sockets, statuses } = openClient();
  pubsub.listen("alpha", "x", () => {});
  pubsub.publish("alpha", "x", 1);
  target.close();
  target.close();
  deepStrictEqual(socket().closedWith, [[1000, ""]]);
  strictEqual(socket().listenerCount, 0);
  await nextTurn();
  strictEqual(sockets.length, 1);
  deepStrictEqual(statuses, ["connecting", "closed"]);
});

Deno.test("close() between two connections keeps no timer", async () => {
  const { target, socket, sockets } = openClient({
    reconnect: { minDelayMs: 60_000, maxDelayMs: 60_000 },
  });
  socket().lose();
  target.close();
  await nextTurn();
  strictEqual(sockets.length, 1); // and the sanitizer finds no timer
});

Deno.test("a socket that was passed in is neither closed nor made anew", async () => {
  const { client } = createSocketPair();
  client.open();
  const target = createWebSocketClientEventTarget({ socket: client });
  const pubsub = createPubSub<Events>({ eventTarget: target });
  pubsub.listen("alpha", "x", () => {});
  target.close();
  deepStrictEqual(client.sent, [subscribe("alpha:x"), unsubscribe("alpha:x")]);
  deepStrictEqual(client.closedWith, []);
  strictEqual(client.listenerCount, 0);

  const statuses: string[] = [];
  const second = createWebSocketClientEventTarget({
    socket: client,
    onStatus: (status) => statuses.push(status),
  });
  client.lose();
  await nextTurn();
  deepStrictEqual(statuses, ["open", "closed"]);
  throws(() => createPubSub<Events>({ eventTarget: second }).publish("alpha", "x", 1), {
    code: "EVENT_TARGET_CLOSED",
  });
});

Deno.test("a socket that is open, and says so later, is told everything once", () => {
  const { client } = createSocketPair();
  client.readyState = 1;
  const target = createWebSocketClientEventTarget({ socket: client });
  target.addEventListener("alpha:x", () => {});
  client.emit("open", {});
  deepStrictEqual(client.sent, [subscribe("alpha:x")]);
  target.close();
});

Deno.test("errors of the socket and of hooks are reported", () => {
  const { target, socket, errors } = openClient({
    onStatus() {
      throw new Error("hook");
    },
  });
  socket().emit("error", { message: "refused" });
  socket().emit("error", { error: new Error("cause") });
  deepStrictEqual(errors.map(String), [
    "Error: hook",
    "Error: WebSocket failed: refused",
    "Error: cause",
  ]);
  target.close();
});

Deno.test("sub-protocols are offered", () => {
  const { target, requests } = openClient({ url: new URL("ws://host/a"), protocols: ["v1"] });
  deepStrictEqual(requests, [["ws://host/a", ["v1"]]]);
  target.close();
});

Deno.test("what a client is made of is checked", () => {
  const { client } = createSocketPair();
  const make = (options: WebSocketClientEventTargetOptions) => () =>
    createWebSocketClientEventTarget(options);
  const Socket = FakeSocket as unknown as WebSocketConstructor;
  throws(make({}), /TypeError: Cannot connect: give either url or socket/);
  throws(make({ url: "ws://host", socket: client }), TypeError);
  throws(make({ url: "ws://host", WebSocket: Socket, maxQueue: 0 }), TypeError);
  throws(make({ url: "ws://host", WebSocket: Socket, reconnect: { minDelayMs: 0 } }), TypeError);
});

Deno.test("without any WebSocket the error says what to pass", () => {
  const original = globalThis.WebSocket;
  Reflect.deleteProperty(globalThis, "WebSocket");
  try {
    throws(
      () => createWebSocketClientEventTarget({ url: "ws://host" }),
      /TypeError: Cannot connect: this platform has no WebSocket; pass one/,
    );
  } finally {
    if (original !== undefined) {
      Object.defineProperty(globalThis, "WebSocket", {
        value: original,
        configurable: true,
        writable: true,
        enumerable: false,
      });
    }
  }
});
