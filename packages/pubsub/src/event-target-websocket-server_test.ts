import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { type Events, testEventTarget } from "../tests/event_target_contract.ts";
import { createSocketPair } from "../tests/socket_pair.ts";
import { nextTurn } from "../tests/until.ts";
import { createWebSocketClientEventTarget } from "./event-target-websocket-client.ts";
import {
  type Connection,
  createWebSocketServerEventTarget,
  type WebSocketServerEventTargetOptions,
} from "./event-target-websocket-server.ts";
import { createPubSub } from "./index.ts";

/** A server with one client, in memory. */
function openPair() {
  const { client, server } = createSocketPair();
  client.open();
  server.open();
  const serverTarget = createWebSocketServerEventTarget();
  const connection = serverTarget.addConnection(server);
  const clientTarget = createWebSocketClientEventTarget({ socket: client });
  return { client, server, serverTarget, connection, clientTarget };
}

testEventTarget("WebSocket in memory, server to client", () => {
  const { client, server, serverTarget, connection, clientTarget } = openPair();
  return {
    near: serverTarget,
    far: clientTarget,
    settle: nextTurn,
    garbage: () => server.send("garbage"),
    subscribed: () => connection.topics.size,
    [Symbol.asyncDispose]() {
      clientTarget.close();
      serverTarget.close();
      client.close();
      return nextTurn();
    },
  };
}, { garbage: true, subscribed: true });

testEventTarget("WebSocket in memory, client to server", () => {
  const { client, serverTarget, clientTarget } = openPair();
  return {
    near: clientTarget,
    far: serverTarget,
    settle: nextTurn,
    garbage: () => client.send("garbage"),
    [Symbol.asyncDispose]() {
      clientTarget.close();
      serverTarget.close();
      client.close();
      return nextTurn();
    },
  };
}, { garbage: true });

/** A server, and a way to let clients come that do as the test says. */
function openServer(options: WebSocketServerEventTargetOptions = {}) {
  const errors: [string, unknown][] = [];
  const target = createWebSocketServerEventTarget({
    onError: (error, connection) => errors.push([String(error), connection?.context]),
    ...options,
  });
  const pubsub = createPubSub<Events>({ eventTarget: target });
  const join = (name: string, ...topics: string[]) => {
    const { client, server } = createSocketPair();
    client.open();
    server.open();
    const connection = target.addConnection(server, name);
    const say = (message: unknown) => server.emit("message", { data: JSON.stringify(message) });
    for (const id of topics) say({ type: "__subscribe", id, payload: null });
    return { server, connection, say };
  };
  return { target, pubsub, join, errors };
}

const event = (payload: unknown) => JSON.stringify({ type: "alpha", id: "x", payload });

Deno.test("an event goes to those who subscribed its topic, once encoded, and to nobody here", () => {
  const { pubsub, join, target } = openServer();
  const local: unknown[] = [];
  pubsub.listen("alpha", "x", (envelope) => local.push(envelope));
  const one = join("one", "alpha:x");
  const two = join("two", "alpha:x", "alpha:x", "beta:");
  const three = join("three", "alpha:y");
  pubsub.publish("alpha", "x", 1);
  deepStrictEqual([one, two, three].map(({ server }) => server.sent), [[event(1)], [event(1)], []]);
  deepStrictEqual(local, []);
  target.close();
});

Deno.test("an event that comes in goes to the listeners here, and to no other connection", () => {
  const { pubsub, join, target } = openServer();
  const local: unknown[] = [];
  pubsub.listen("alpha", "x", ({ payload }) => local.push(payload));
  const one = join("one", "alpha:x");
  const two = join("two", "alpha:x");
  one.say({ type: "alpha", id: "x", payload: 1 });
  deepStrictEqual(local, [1]);
  deepStrictEqual(two.server.sent, []);
  target.close();
});

Deno.test("the topic of a control message may be in its payload, when its id is empty", () => {
  const { join, target } = openServer();
  const { say, connection } = join("one");
  say({ type: "__subscribe", id: "", payload: { topic: "alpha:x" } });
  say({ type: "__subscribe", id: "", payload: { topic: 5 } });
  say({ type: "__subscribe", id: "", payload: null });
  deepStrictEqual([...connection.topics], ["alpha:x"]);
  say({ type: "__unsubscribe", id: "beta:never", payload: null });
  say({ type: "__unsubscribe", id: "", payload: { topic: "alpha:x" } });
  deepStrictEqual([...connection.topics], []);
  strictEqual(target.errorCount, 0);
  target.close();
});

Deno.test("unknown control messages reach no listener and no connection", () => {
  const { join, target } = openServer();
  const seen: unknown[] = [];
  target.addEventListener("__ping:", (event) => seen.push(event));
  const { say } = join("one");
  const { server } = join("two", "__ping:");
  say({ type: "__ping", id: "", payload: null });
  deepStrictEqual(seen, []);
  deepStrictEqual(server.sent, []);
  target.close();
});

Deno.test("a connection that takes too little is closed with 4013, and the others go on", () => {
  const slow: Connection[] = [];
  const { pubsub, join, target } = openServer({
    maxBufferedAmount: 10,
    onSlowConsumer: (connection) => slow.push(connection),
  });
  const stalled = join("stalled", "alpha:x");
  const other = join("other", "alpha:x");
  stalled.server.bufferedAmount = 10;
  pubsub.publish("alpha", "x", 1);
  stalled.server.bufferedAmount = 11;
  pubsub.publish("alpha", "x", 2);
  pubsub.publish("alpha", "x", 3);
  deepStrictEqual(stalled.server.sent, [event(1)]);
  deepStrictEqual(stalled.server.closedWith, [[4013, "slow consumer"]]);
  deepStrictEqual(other.server.sent, [event(1), event(2), event(3)]);
  deepStrictEqual(slow, [stalled.connection]);
  deepStrictEqual([...target.connections], [other.connection]);
  target.close();
});

for (const limit of [0, Infinity]) {
  Deno.test(`maxBufferedAmount ${limit} means no limit`, () => {
    const { pubsub, join, target } = openServer({ maxBufferedAmount: limit });
    const { server } = join("one", "alpha:x");
    server.bufferedAmount = 2 ** 40;
    pubsub.publish("alpha", "x", 1);
    deepStrictEqual(server.sent, [event(1)]);
    target.close();
  });
}

Deno.test("a socket that tells no bufferedAmount counts as taking everything", () => {
  const { pubsub, join, target } = openServer({ maxBufferedAmount: 1 });
  const { server } = join("one", "alpha:x");
  Reflect.deleteProperty(server, "bufferedAmount");
  pubsub.publish("alpha", "x", 1);
  deepStrictEqual(server.sent, [event(1)]);
  target.close();
});

Deno.test("a connection has a most of topics", () => {
  const { join, target, errors } = openServer({ maxTopicsPerConnection: 2 });
  const { connection, say } = join("one", "a:", "b:", "c:", "a:");
  deepStrictEqual([...connection.topics], ["a:", "b:"]);
  deepStrictEqual(errors, [["RangeError: Cannot subscribe c:: 2 topics are the most", "one"]]);
  say({ type: "__unsubscribe", id: "a:", payload: null });
  say({ type: "__subscribe", id: "c:", payload: null });
  deepStrictEqual([...connection.topics], ["b:", "c:"]);
  say({ type: "__unsubscribe", id: "b:", payload: null });
  say({ type: "__subscribe", id: "x".repeat(8193), payload: null });
  deepStrictEqual([...connection.topics], ["c:"]);
  target.close();
});

Deno.test("authorizeSubscribe decides who may subscribe what", () => {
  const { join, target, errors } = openServer({
    authorizeSubscribe(topic, { context }) {
      if (topic === "throw:") throw new Error("no idea");
      return context === "admin" || topic === "public:";
    },
  });
  deepStrictEqual([...join("admin", "secret:", "throw:").connection.topics], ["secret:"]);
  deepStrictEqual([...join("guest", "secret:", "public:").connection.topics], ["public:"]);
  deepStrictEqual(errors, [
    ["Error: no idea", "admin"],
    ["Error: Cannot subscribe secret:: the connection may not", "guest"],
  ]);
  target.close();
});

Deno.test("mapIncoming replaces events, drops them by null, and is trusted with neither by a throw", () => {
  const { pubsub, join, target, errors } = openServer({
    mapIncoming(envelope, { context }) {
      if (envelope.payload === "drop") return null;
      if (envelope.payload === "throw") throw new Error("hook");
      return { ...envelope, payload: { said: envelope.payload, by: context } };
    },
  });
  const local: unknown[] = [];
  pubsub.listen("alpha", "x", ({ payload }) => local.push(payload));
  const { say } = join("one");
  for (const payload of ["drop", "throw", "hello"]) say({ type: "alpha", id: "x", payload });
  deepStrictEqual(local, [{ said: "hello", by: "one" }]);
  deepStrictEqual(errors, [["Error: hook", "one"]]);
  target.close();
});

Deno.test("filterOutgoing decides who of the subscribers gets an event", () => {
  const { pubsub, join, target, errors } = openServer({
    filterOutgoing({ payload }, { context }) {
      if (payload === "throw") throw new Error("hook");
      return payload === context;
    },
  });
  const one = join("one", "alpha:x");
  const two = join("two", "alpha:x");
  for (const payload of ["one", "two", "throw"]) pubsub.publish("alpha", "x", payload);
  deepStrictEqual(one.server.sent, [event("one")]);
  deepStrictEqual(two.server.sent, [event("two")]);
  deepStrictEqual(errors, [["Error: hook", "one"], ["Error: hook", "two"]]);
  target.close();
});

Deno.test("a message that is too large closes its connection, by the code that is allowed", () => {
  const { join, target, errors } = openServer({ maxMessageBytes: 50 });
  const one = join("one");
  one.say({ type: "alpha", id: "x", payload: "x".repeat(50) });
  deepStrictEqual(one.server.closedWith, [[1009, "message too large"]]);
  const two = join("two");
  two.server.reservedCodes = [1009];
  two.say({ type: "alpha", id: "x", payload: "ü".repeat(20) });
  deepStrictEqual(two.server.closedWith, [[4009, "message too large"]]);
  const error = "RangeError: Cannot take a message of more than 50 bytes";
  deepStrictEqual(errors, [[error, "one"], [error, "two"]]);
  strictEqual(target.connections.size, 0);
  target.close();
});

Deno.test("a connection that closes or fails is gone, with its topics", () => {
  const { pubsub, join, target, errors } = openServer();
  const closed = join("closed", "alpha:x");
  const failed = join("failed", "alpha:x");
  const throwing = join("throwing", "alpha:x");
  closed.server.lose();
  failed.server.emit("error", { message: "reset" });
  throwing.server.send = () => {
    throw new Error("broken");
  };
  pubsub.publish("alpha", "x", 1);
  deepStrictEqual([...target.connections], [throwing.connection]);
  deepStrictEqual([closed, failed].map(({ connection }) => connection.topics.size), [0, 0]);
  strictEqual(closed.server.listenerCount, 0);
  deepStrictEqual(errors, [
    ["Error: WebSocket failed: reset", "failed"],
    ["Error: broken", "throwing"],
  ]);
  target.close();
});

Deno.test("Connection.close() ends a connection, once", () => {
  const { join, target } = openServer();
  const { connection, server, say } = join("one", "alpha:x");
  connection.close(4000, "bye");
  connection.close();
  say({ type: "__subscribe", id: "beta:", payload: null });
  deepStrictEqual(server.closedWith, [[4000, "bye"]]);
  strictEqual(connection.topics.size, 0);
  strictEqual(target.connections.size, 0);
  target.close();
});

Deno.test("close() closes all connections, and takes no more in", () => {
  const { join, target } = openServer();
  const one = join("one", "alpha:x");
  const two = join("two");
  two.server.reservedCodes = [1001];
  target.close();
  target.close();
  deepStrictEqual(one.server.closedWith, [[1001, "going away"]]);
  deepStrictEqual(two.server.closedWith, [[4001, "going away"]]);
  const { server } = createSocketPair();
  throws(() => target.addConnection(server), { code: "EVENT_TARGET_CLOSED" });
  deepStrictEqual(server.closedWith, [[1001, "going away"]]);
});

Deno.test("a socket that is closed already is not taken in", () => {
  const { target } = openServer();
  const { server } = createSocketPair();
  server.readyState = 3;
  target.addConnection(server);
  strictEqual(target.connections.size, 0);
  target.close();
});

Deno.test("what JSON cannot say is the publisher's error, also when nobody listens", () => {
  const { pubsub, target } = openServer();
  throws(() => pubsub.publish("alpha", "x", 1n), TypeError);
  target.close();
});

Deno.test("what a server is made of is checked", () => {
  const make = (options: WebSocketServerEventTargetOptions) => () =>
    createWebSocketServerEventTarget(options);
  throws(make({ maxBufferedAmount: -1 }), TypeError);
  throws(make({ maxTopicsPerConnection: NaN }), TypeError);
  throws(make({ maxMessageBytes: 0 }), TypeError);
});
