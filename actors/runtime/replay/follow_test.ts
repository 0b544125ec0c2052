import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { type Bus, encodeJson, liveSubject } from "@hub/bus";
import { startProxy } from "../../../tests/harness/proxy.ts";
import { testBus } from "../../../tests/harness/bus.ts";
import { testEnvironment } from "../../../tests/harness/environment.ts";
import { until } from "../../../tests/harness/until.ts";
import { counter } from "../_counter.ts";
import { startNode } from "../_nodes_testing.ts";
import { logged } from "../_simulate.ts";
import { createKinds } from "../kinds.ts";
import { openActorLog } from "../log.ts";
import { START } from "../record.ts";
import { openSnapshots } from "../snapshots.ts";
import { follow, type Followed, type FollowOptions, parsePlace, placeText } from "./mod.ts";

const ADDRESS = { kind: "counter", id: "a" };
const ADD = { type: "ADD", n: 1 };

/** Follows until disposed of, and keeps what it is told. */
async function startFollower(bus: Bus, options: Partial<FollowOptions> = {}) {
  const known = createKinds([counter]).find("counter");
  ok(known);
  const stop = new AbortController();
  const ports = { bus, log: await openActorLog(bus), snapshots: await openSnapshots(bus) };
  const followed: Followed[] = [];
  const following = (async () => {
    const all = follow(ports, ADDRESS, { known, signal: stop.signal, ...options });
    for await (const one of all) followed.push(one);
  })();
  return {
    followed,
    following,
    /** Positions of the events it was told of. */
    places: () => followed.flatMap((one) => one.is === "step" ? [placeText(one.step.at)] : []),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await following.catch(() => undefined);
    },
  };
}

async function places(bus: Bus): Promise<string[]> {
  const records = await Array.fromAsync((await openActorLog(bus)).read(ADDRESS));
  return records.flatMap(({ seq, events }) => events.map((_, index) => placeText({ seq, index })));
}

/** Appends to the log as another node would, and tells nobody. */
async function appendQuietly(bus: Bus, count: number): Promise<void> {
  const log = await openActorLog(bus);
  let after = 0;
  for await (const { seq } of log.read(ADDRESS)) after = seq;
  if (after === 0) {
    const start = logged("start", START, { from: "start" });
    after = await log.append(ADDRESS, { events: [start], version: 1, after });
  }
  for (let n = 0; n < count; n++) {
    const events = [logged(`${after}a`, ADD), logged(`${after}b`, ADD)];
    after = await log.append(ADDRESS, { events, version: 1, after });
  }
}

Deno.test("from any position in the log, snapshot or not, what follows is told once and in order", async () => {
  await using node = await startNode("n1", { kinds: [{ ...counter, snapshotEvery: 7 }] });
  await Promise.all(Array.from({ length: 20 }, () => node.send(ADDRESS, ADD)));
  for (let n = 0; n < 10; n++) await node.send(ADDRESS, ADD);
  const all = await places(node.bus);
  for (const [at, place] of all.entries()) {
    await using follower = await startFollower(node.bus, { from: parsePlace(place) });
    const rest = all.slice(at + 1);
    await until(() => follower.places().length >= rest.length, { what: `all after ${place}` });
    deepStrictEqual(follower.places(), rest);
  }
});

Deno.test("many followers of an actor that is being written to are told the same, which is its log", async () => {
  await using node = await startNode("n1", { kinds: [{ ...counter, snapshotEvery: 7 }] });
  await using stack = new AsyncDisposableStack();
  const followers = [];
  for (let n = 0; n < 8; n++) {
    const from = { seq: 0, index: 0 };
    followers.push(stack.use(await startFollower(node.bus, { from })));
    await Promise.all(Array.from({ length: 15 }, () => node.send(ADDRESS, ADD)));
  }
  const all = await places(node.bus);
  for (const { places } of followers) {
    await until(() => places().length >= all.length, { what: "the whole log" });
    deepStrictEqual(places(), all);
  }
});

Deno.test("without a position the present comes first, with the position of its last event", async () => {
  await using node = await startNode("n1", { kinds: [{ ...counter, snapshotEvery: 3 }] });
  for (let n = 0; n < 5; n++) await node.send(ADDRESS, ADD);
  await using follower = await startFollower(node.bus);
  const [present] = await until(() => follower.followed.length > 0 && follower.followed, {
    what: "the present",
  });
  ok(present?.is === "present");
  deepStrictEqual(present.view.context, { count: 5 });
  strictEqual(placeText(present.at), (await places(node.bus)).at(-1));
});

Deno.test("what nobody announced is found all the same", async () => {
  await using at = await testBus();
  await using follower = await startFollower(at.bus, { from: { seq: 0, index: 0 }, lookMs: 30 });
  await appendQuietly(at.bus, 3);
  await until(() => follower.places().length >= 7, { what: "all events" });
  deepStrictEqual(follower.places(), await places(at.bus));
});

Deno.test("what was announced and never comes does not keep a follower from what does", async () => {
  await using at = await testBus();
  await using follower = await startFollower(at.bus, { from: { seq: 0, index: 0 } });
  const subject = liveSubject(at.bus.realm, ADDRESS);
  const state = { value: {}, status: "active", changed: true };
  const announce = (seq: number) =>
    at.bus.connection.publish(subject, encodeJson([{ state, seq, index: 0 }]));
  announce(1_000_000);
  at.bus.connection.publish(subject, "no such message");
  await appendQuietly(at.bus, 1);
  announce(1);
  await until(() => follower.places().length >= 3, { what: "all events" });
  deepStrictEqual(follower.places(), await places(at.bus));
});

Deno.test("a follower whose connection is lost goes on where it was", async () => {
  const { hostname, port } = new URL(testEnvironment().natsUrl);
  strictEqual(hostname, "127.0.0.1");
  await using proxy = startProxy({ port: Number(port) });
  await using at = await testBus();
  const { realm } = at.bus;
  await using far = await testBus({
    realm,
    servers: `127.0.0.1:${proxy.port}`,
    reconnectWaitMs: 20,
  });
  await using follower = await startFollower(far.bus, { from: { seq: 0, index: 0 }, lookMs: 50 });
  await appendQuietly(at.bus, 2);
  await until(() => follower.places().length >= 5, { what: "the first events" });
  proxy.cut();
  await appendQuietly(at.bus, 2);
  await until(() => far.bus.status === "reconnecting", { what: "the connection to be lost" });
  proxy.heal();
  await until(() => follower.places().length >= 9, { what: "the other events" });
  deepStrictEqual(follower.places(), await places(at.bus));
});

Deno.test("a log that cannot be folded ends the following with what is wrong", async () => {
  await using at = await testBus();
  await appendQuietly(at.bus, 0);
  const log = await openActorLog(at.bus);
  const [after = 0] = (await places(at.bus)).map((place) => parsePlace(place).seq);
  await log.append(ADDRESS, { events: [logged("x", ADD)], version: 2, after });
  await using follower = await startFollower(at.bus);
  await rejects(follower.following, {
    code: "UNAVAILABLE",
    message: /version 2 of counter wrote it/,
  });
});
