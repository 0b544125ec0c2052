import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { startProxy } from "./_proxy.ts";
import { openTestBus, randomRealm, startServer, until } from "./_testing.ts";
import { type Bus, openBus } from "./connect.ts";
import { BusError } from "./errors.ts";
import { joinMembership, type JoinOptions, type Membership } from "./membership.ts";
import { ensureStreams } from "./streams.ts";
import { bucketStreamName, keySubject } from "./subjects.ts";

const FAST = { heartbeatMs: 200, ttlMs: 1_000 };
const ids = (membership: Membership) => membership.nodes().map(({ id }) => id);

function join(bus: Bus, node: string, options: Partial<JoinOptions> = {}): Promise<Membership> {
  return joinMembership(bus, { node, ...FAST, ...options });
}

/** Ends a process without a farewell, as far as the others can tell. */
async function crash(bus: Bus, membership: Membership): Promise<void> {
  await bus.connection.close();
  await membership.leave();
}

Deno.test("nodes see each other join, with what they say of themselves, and leave at once", async () => {
  await using bus = await openTestBus({ streams: true });
  // Who leaves is not waited for: it would take longer than this test may.
  const ttlMs = 60_000;
  await using first = await join(bus, "n1", { ttlMs, info: { url: "ws://one", cores: 2 } });
  deepStrictEqual(ids(first), ["n1"]);
  const seen: string[] = [];
  const forget = first.onChange((nodes) => seen.push(nodes.map(({ id }) => id).join()));
  const second = await join(bus, "n2", { ttlMs });
  deepStrictEqual(ids(second), ["n1", "n2"]);
  deepStrictEqual(second.nodes()[0]?.info, { url: "ws://one", cores: 2 });
  await until(() => ids(first).length === 2);
  ok(second.epoch > first.epoch);
  await second.leave();
  await until(() => ids(first).length === 1);
  strictEqual(second.isMember(), false);
  deepStrictEqual(seen, ["n1,n2", "n1"]);
  forget();
});

Deno.test("heartbeats change nothing that a listener is told of", async () => {
  await using bus = await openTestBus({ streams: true });
  await using membership = await join(bus, "n1", { heartbeatMs: 20 });
  let told = 0;
  membership.onChange(() => told++);
  const before = membership.nodes();
  const manager = await jetstreamManager(bus.connection);
  const name = bucketStreamName(bus.realm, "NODES");
  const { state } = await manager.streams.info(name);
  await until(async () => (await manager.streams.info(name)).state.last_seq > state.last_seq + 5);
  strictEqual(told, 0);
  strictEqual(membership.nodes(), before);
});

Deno.test("a node that dies is gone for the others after its TTL", async () => {
  await using bus = await openTestBus({ streams: true });
  const dying = await openTestBus({ realm: bus.realm });
  await using first = await join(bus, "n1");
  const second = await join(dying, "n2");
  await until(() => ids(first).length === 2);
  const startedAt = performance.now();
  await crash(dying, second);
  await until(() => ids(first).length === 1);
  ok(performance.now() - startedAt > FAST.ttlMs - FAST.heartbeatMs * 2);
  await dying[Symbol.asyncDispose]();
});

Deno.test("a live node's id is refused, and neither node is harmed", async () => {
  await using bus = await openTestBus({ streams: true });
  await using first = await join(bus, "n1");
  const { epoch } = first;
  await rejects(
    join(bus, "n1"),
    (error) => error instanceof BusError && error.code === "NODE_ID_TAKEN",
  );
  strictEqual(first.isMember(), true);
  strictEqual(first.epoch, epoch);
  deepStrictEqual(ids(first), ["n1"]);
});

Deno.test("of two processes that join with one id at the same time, one becomes a member", async () => {
  await using bus = await openTestBus({ streams: true });
  const outcomes = await Promise.allSettled([join(bus, "n1"), join(bus, "n1")]);
  const joined = outcomes.filter((one) => one.status === "fulfilled");
  strictEqual(joined.length, 1);
  for (const { value } of joined) await value.leave();
});

Deno.test("a dead node's id is free after its TTL, with a higher epoch", async () => {
  await using bus = await openTestBus({ streams: true });
  const dying = await openTestBus({ realm: bus.realm });
  const past = await join(dying, "n1");
  await crash(dying, past);
  await using present = await join(bus, "n1");
  ok(present.epoch > past.epoch);
  await dying[Symbol.asyncDispose]();
});

Deno.test("a node that was stopped knows at its first question that it is gone, and joins again", async () => {
  await using bus = await openTestBus({ streams: true });
  await using membership = await join(bus, "n1");
  const { epoch } = membership;
  const told: boolean[] = [];
  membership.onChange(() => told.push(membership.isMember()));
  // The event loop stands still, as under SIGSTOP.
  const stopped = performance.now() + FAST.ttlMs + 50;
  while (performance.now() < stopped);
  strictEqual(membership.isMember(), false);
  await until(() => membership.isMember());
  ok(membership.epoch > epoch);
  await until(() => membership.nodes()[0]?.epoch === membership.epoch);
  deepStrictEqual([told[0], told.at(-1)], [false, true]);
});

Deno.test("a node without answers gives itself up before the others do, then joins again", async () => {
  await using server = await startServer();
  await using proxy = startProxy(server.port);
  const realm = randomRealm();
  await using bus = await openBus({ servers: server.url, name: "n1", realm });
  await using cutOff = await openBus({
    servers: proxy.url,
    name: "n2",
    realm,
    reconnectWaitMs: 20,
    pingIntervalMs: 200,
  });
  await ensureStreams(bus.connection, { realm });
  await using first = await join(bus, "n1");
  await using second = await join(cutOff, "n2");
  const { epoch } = second;
  await until(() => ids(first).length === 2);
  let aloneAt = Infinity, gaveUpAt = Infinity;
  first.onChange((nodes) => {
    if (nodes.length === 1) aloneAt = Math.min(aloneAt, performance.now());
  });
  second.onChange(() => {
    if (!second.isMember()) gaveUpAt = Math.min(gaveUpAt, performance.now());
  });
  await proxy.cut();
  await until(() => ids(first).length === 1);
  strictEqual(second.isMember(), false);
  ok(gaveUpAt < aloneAt, `gave itself up at ${gaveUpAt}, was given up at ${aloneAt}`);
  ok(second.lastError instanceof Error);
  proxy.restore();
  await until(() => second.isMember() && ids(first).length === 2);
  ok(second.epoch > epoch);
  await until(() => first.nodes()[1]?.epoch === second.epoch);
});

Deno.test("a node that is back from an outage says of nobody that they are gone before the TTL is over", async () => {
  await using server = await startServer();
  await using proxy = startProxy(server.port);
  const realm = randomRealm();
  const common = { name: "n1", realm, reconnectWaitMs: 20, pingIntervalMs: 200 };
  await using bus = await openBus({ servers: proxy.url, ...common });
  await ensureStreams(bus.connection, { realm });
  const joinedAt = performance.now();
  await using membership = await join(bus, "n1");
  strictEqual(membership.isSettled(), false, "just come");
  await until(() => membership.isSettled());
  ok(performance.now() - joinedAt >= FAST.ttlMs);
  await proxy.cut();
  // Away for less than the TTL: it was a member all the time.
  await until(() => bus.status !== "connected");
  const cutAt = performance.now();
  await until(() => membership.lastError instanceof Error);
  await until(() => performance.now() - cutAt > 1.5 * FAST.heartbeatMs);
  strictEqual(membership.isSettled(), false, "its renewal is overdue");
  const restoredAt = performance.now();
  proxy.restore();
  await until(() => bus.status === "connected" && membership.lastError === undefined);
  strictEqual(membership.isSettled(), false, "just back");
  await until(() => membership.isSettled());
  ok(performance.now() - restoredAt >= FAST.ttlMs);
  await proxy.cut();
  await until(() => !membership.isMember());
  strictEqual(membership.isSettled(), false, "away");
});

Deno.test("a node that missed the marker of another's death finds out", async () => {
  await using server = await startServer();
  await using proxy = startProxy(server.port);
  const realm = randomRealm();
  const dying = await openBus({ servers: server.url, name: "n1", realm });
  await using cutOff = await openBus({
    servers: proxy.url,
    name: "n2",
    realm,
    reconnectWaitMs: 20,
  });
  await ensureStreams(dying.connection, { realm });
  const first = await join(dying, "n1");
  await using second = await join(cutOff, "n2");
  deepStrictEqual(ids(second), ["n1", "n2"]);
  await proxy.cut();
  const manager = await jetstreamManager(dying.connection);
  const isEmpty = async () =>
    (await manager.streams.info(bucketStreamName(realm, "NODES"))).state.messages === 0;
  await first.leave();
  // Both keys and both markers are gone: nothing is left that a watch could tell of.
  await until(isEmpty);
  deepStrictEqual(ids(second), ["n1", "n2"]);
  proxy.restore();
  await until(() => second.isMember() && ids(second).join() === "n2");
  await dying[Symbol.asyncDispose]();
});

Deno.test("nodes find each other again after their server was killed for longer than the TTL", async () => {
  await using server = await startServer();
  const realm = randomRealm();
  const common = { servers: server.url, realm, reconnectWaitMs: 20 };
  await using busA = await openBus({ ...common, name: "n1" });
  await using busB = await openBus({ ...common, name: "n2" });
  await ensureStreams(busA.connection, { realm });
  await using first = await join(busA, "n1");
  await using second = await join(busB, "n2");
  await until(() => ids(first).length === 2);
  await server.kill();
  await until(() => !first.isMember() && !second.isMember());
  await server.restart();
  const epochs = (one: Membership) => one.nodes().map(({ epoch }) => epoch).join();
  await until(() =>
    first.isMember() && second.isMember() &&
    [first, second].every((one) => epochs(one) === `${first.epoch},${second.epoch}`)
  );
});

Deno.test("a renewal whose answer was lost costs no membership", async () => {
  await using server = await startServer();
  await using proxy = startProxy(server.port);
  const realm = randomRealm();
  await using bus = await openBus({ servers: proxy.url, name: "n1", realm, reconnectWaitMs: 20 });
  await ensureStreams(bus.connection, { realm });
  await using membership = await join(bus, "n1", { heartbeatMs: 100, ttlMs: 5_000 });
  const { epoch } = membership;
  proxy.muteServer();
  await until(() =>
    membership.lastError instanceof BusError && membership.lastError.code === "TIMEOUT"
  );
  await proxy.cut();
  proxy.restore();
  await until(() => bus.status === "connected" && membership.lastError === undefined);
  strictEqual(membership.epoch, epoch);
  strictEqual(membership.isMember(), true);
});

Deno.test("what no node wrote into the bucket is no node", async () => {
  await using bus = await openTestBus({ streams: true });
  const rubbish = [
    "",
    "{",
    "[]",
    '{"instance":"x"}',
    '{"instance":"x","epoch":-1,"ttlMs":1,"info":{}}',
  ];
  const sound = '{"instance":"x","epoch":1,"ttlMs":1000,"info":{}}';
  for (const [i, value] of rubbish.entries()) {
    await bus.requests.publish(keySubject(bus.realm, "NODES", `bad${i}`), value);
  }
  await bus.requests.publish(keySubject(bus.realm, "NODES", "no.key"), sound);
  await using membership = await join(bus, "n1");
  deepStrictEqual(ids(membership), ["n1"]);
});

Deno.test("nothing is left in the bucket of nodes that have gone", async () => {
  await using bus = await openTestBus({ streams: true });
  const dying = await openTestBus({ realm: bus.realm });
  await (await join(bus, "n1")).leave();
  await crash(dying, await join(dying, "n2"));
  const manager = await jetstreamManager(bus.connection);
  const name = bucketStreamName(bus.realm, "NODES");
  await until(async () => (await manager.streams.info(name)).state.messages === 0);
  await dying[Symbol.asyncDispose]();
});

Deno.test("joining gives up when its signal aborts", async () => {
  await using bus = await openTestBus({ streams: true });
  const signal = AbortSignal.abort(new Error("enough"));
  await rejects(join(bus, "n1", { signal }), /enough/);
});

for (
  const times of [{ ttlMs: 999 }, { ttlMs: 1_500 }, { ttlMs: 1_000, heartbeatMs: 501 }, {
    heartbeatMs: 0,
  }]
) {
  Deno.test(`joinMembership() refuses ${JSON.stringify(times)}`, async () => {
    await using bus = await openTestBus();
    await rejects(joinMembership(bus, { node: "n1", ...times }), RangeError);
  });
}
