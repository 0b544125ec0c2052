import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { cancel, raise, sendTo, setup } from "xstate";
import { jetstreamManager } from "@nats-io/jetstream";
import { streamName } from "@hub/bus";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { startNatsNode } from "../../tests/harness/nats.ts";
import { until } from "../../tests/harness/until.ts";
import {
  createWorld,
  eventsOf,
  logged,
  ownedBy,
  sendUntilAnswered,
  startNode,
  type TestNode,
  typesOf,
} from "./_nodes_testing.ts";
import { actorRef } from "./actor_ref.ts";
import { defineActor } from "./definition.ts";

const plain = (type: string) => Type.Object({ type: Type.Literal(type) });

const AFTER = "xstate.after.250.alarm.set";

/** An alarm: goes off some time after it was set. */
const alarm = defineActor({
  kind: "alarm",
  version: 1,
  events: Type.Union(["SET", "OFF", "SOON", "NEVER", "TELL", "RING"].map(plain)),
  machine: setup({}).createMachine({
    id: "alarm",
    initial: "off",
    on: {
      SOON: { actions: raise({ type: "RING" }, { delay: 200, id: "ring.soon" }) },
      NEVER: { actions: cancel("ring.soon") },
      TELL: {
        actions: sendTo(actorRef({ kind: "alarm", id: "other" }), { type: "RING" }, { delay: 50 }),
      },
      RING: {},
    },
    states: {
      off: { on: { SET: "set" } },
      set: {
        on: { OFF: "off", SET: { target: "set", reenter: true } },
        after: { 250: "rang" },
      },
      rang: { on: { SET: "set" } },
    },
  }),
});

const kinds = [alarm];
const address = { kind: "alarm", id: "a" };

async function streamOf({ bus }: Pick<TestNode, "bus">) {
  const manager = await jetstreamManager(bus.connection);
  return (await manager.streams.info(streamName(bus.realm, "TIMERS"))).state;
}

async function storedTimers(node: Pick<TestNode, "bus">): Promise<number> {
  return (await streamOf(node)).messages;
}

Deno.test("a timer fires once, not before its time, and leaves nothing behind", async () => {
  await using node = await startNode("n1", { kinds });
  await node.send(address, { type: "SET" });
  const { at, cause } = await logged(node.bus, address, AFTER);
  const [, set] = await eventsOf(node.bus, address);
  ok(set && at >= set.at + 245, "it is in time");
  strictEqual(cause.from, "timer");
  await until(async () => await storedTimers(node) === 0, { what: "the timer to be removed" });
  strictEqual((await eventsOf(node.bus, address)).length, 3);
});

Deno.test("however many timers there are, one consumer serves all of them", async () => {
  const COUNT = 20;
  await using node = await startNode("n1", { kinds });
  const all = Array.from({ length: COUNT }, (_, i) => ({ kind: "alarm", id: `a${i}` }));
  await Promise.all(all.map((at) => node.send(at, { type: "SOON" })));
  await Promise.all(all.map((at) => logged(node.bus, at, "RING")));
  strictEqual((await streamOf(node)).consumer_count, 1);
});

Deno.test("a timer whose state is left does not fire", async () => {
  await using node = await startNode("n1", { kinds });
  await node.send(address, { type: "SET" });
  await node.send(address, { type: "OFF" });
  await until(async () => await storedTimers(node) === 0, { what: "the timer to be removed" });
  await node.send(address, { type: "SOON" });
  await logged(node.bus, address, "RING");
  deepStrictEqual(await typesOf(node.bus, address), ["xstate.init", "SET", "OFF", "SOON", "RING"]);
});

Deno.test("a timer is cancelled by its name, whatever is in that", async () => {
  await using node = await startNode("n1", { kinds });
  await node.send(address, { type: "SOON" });
  await node.send(address, { type: "NEVER" });
  await node.send(address, { type: "SET" });
  await logged(node.bus, address, AFTER);
  ok(!(await typesOf(node.bus, address)).includes("RING"));
});

Deno.test("a state that is entered again arms its timer again, and the first arming is void", async () => {
  await using node = await startNode("n1", { kinds });
  await node.send(address, { type: "SET" });
  await until(async () => {
    const [, set] = await eventsOf(node.bus, address);
    return set && Date.now() > set.at + 150;
  }, { what: "a while" });
  await node.send(address, { type: "SET" });
  await until(async () => await storedTimers(node) === 1, { what: "the second arming alone" });
  const { at } = await logged(node.bus, address, AFTER);
  const events = await eventsOf(node.bus, address);
  ok(at >= (events[2]?.at ?? 0) + 245, "it is in time for the second arming");
  strictEqual(events.filter(({ event }) => event.type === AFTER).length, 1);
  await node.send(address, { type: "SET" });
  await until(
    async () => (await typesOf(node.bus, address)).filter((type) => type === AFTER).length === 2,
    { what: "the third arming to fire" },
  );
});

Deno.test("a delayed event for another actor is taken by that actor alone when it is due", async () => {
  await using node = await startNode("n1", { kinds });
  await node.send(address, { type: "TELL" });
  const { cause } = await logged(node.bus, { kind: "alarm", id: "other" }, "RING");
  deepStrictEqual(cause, { from: "actor", address: "alarm/a" });
  // The sender's log says when it was due; its machine does not take it.
  deepStrictEqual(await typesOf(node.bus, address), ["xstate.init", "TELL", "RING"]);
});

Deno.test("a timer survives the crash of its node", async () => {
  const at = ownedBy("n1", { kind: "alarm", among: ["n1", "n2"] });
  await using second = await startNode("n2", { kinds });
  await using first = await startNode("n1", { kinds, realm: second.realm });
  await first.send(at, { type: "SET" });
  await first.crash();
  await logged(second.bus, at, AFTER);
  strictEqual((await typesOf(second.bus, at)).filter((type) => type === AFTER).length, 1);
});

Deno.test("a timer that came due while nobody was there fires late, once", async () => {
  await using world = await createWorld({ kinds });
  const { bus, realm } = world;
  {
    await using before = await startNode("n1", { kinds, realm });
    await before.send(address, { type: "SET" });
  }
  await until(async () => {
    const [, set] = await eventsOf(bus, address);
    return set && Date.now() > set.at + 300;
  }, { what: "the timer to be overdue" });
  ok(!(await typesOf(bus, address)).includes(AFTER), "nobody was there to take it");
  await using after = await startNode("n1", { kinds, realm });
  await logged(after.bus, address, AFTER);
  await until(async () => await storedTimers(after) === 0, { what: "the timer to be removed" });
  strictEqual((await typesOf(bus, address)).filter((type) => type === AFTER).length, 1);
});

Deno.test("a timer survives a restart of nats-server", async () => {
  await using nats = await startNatsNode({ program: testEnvironment().natsServer });
  await using node = await startNode("n1", { kinds, servers: nats.url, ttlMs: 3_000 });
  await node.send(address, { type: "SET" });
  nats.signal("SIGKILL");
  await nats.restart();
  await logged(node.bus, address, AFTER);
  strictEqual((await typesOf(node.bus, address)).filter((type) => type === AFTER).length, 1);
});

Deno.test("a timer is cancelled, and armed again, after everything was restarted meanwhile", async () => {
  await using nats = await startNatsNode({ program: testEnvironment().natsServer });
  await using world = await createWorld({ kinds, servers: nats.url });
  const options = { kinds, realm: world.realm, servers: nats.url, ttlMs: 3_000 };
  const other = { kind: "alarm", id: "b" };
  {
    await using before = await startNode("n1", options);
    for (const at of [address, other]) await before.send(at, { type: "SOON" });
  }
  nats.signal("SIGKILL");
  await nats.restart();
  await using after = await startNode("n2", options);
  await sendUntilAnswered(() => after.send(address, { type: "NEVER" }, "never"));
  await sendUntilAnswered(() => after.send(other, { type: "SOON" }, "again"));
  await logged(world.bus, other, "RING");
  await until(async () => await storedTimers(after) === 0, { what: "no timer to be left" });
  const rings = async (at: typeof address) =>
    (await eventsOf(world.bus, at)).filter(({ event }) => event.type === "RING").length;
  // It may have been due before it was cancelled, but never twice.
  ok(await rings(address) <= 1);
  const [, , ...rest] = await typesOf(world.bus, address);
  ok(rest.length === 1 || rest[0] === "RING", "nothing rings once it is cancelled");
  ok(await rings(other) <= 2);
});
