import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { bucketStreamName, type Bus, streamName } from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { setup } from "xstate";
import { until } from "../../tests/harness/until.ts";
import { createWorld, logged, startNode, typesOf } from "./_nodes_testing.ts";
import { openActorKeys } from "./actor_keys.ts";
import type { DutyHooks } from "./actor_duties.ts";
import { defineActor } from "./definition.ts";
import { noteAll } from "./note_all.ts";

const RANG = "xstate.after.1000.alarm.set";
const address = { kind: "alarm", id: "a" };
/** Late so soon, and looked for so often, that no test has to wait for it. */
const ttlMs = 30_000, sweepMs = 40, lateMs = 150;

/** An alarm that rings some time after it was set, and leaves memory when nobody needs it. */
function alarm(passivateAfterMs: number) {
  return defineActor({
    ...{ kind: "alarm", version: 1, passivateAfterMs },
    events: Type.Object({ type: Type.Literal("SET") }),
    machine: setup({}).createMachine({
      id: "alarm",
      initial: "off",
      states: {
        off: { on: { SET: "set" } },
        set: { after: { 1000: "off" } },
      },
    }),
  });
}
const stays = [alarm(60_000)], leaves = [alarm(30)];

async function keysOf(bus: Bus) {
  const ids = async (bucket: "ACTIVE" | "WAITING") =>
    (await Array.fromAsync(openActorKeys(bus, bucket).list())).map(({ address }) => address.id);
  return { active: await ids("ACTIVE"), waiting: await ids("WAITING") };
}

async function isForgotten(bus: Bus): Promise<boolean> {
  const { active, waiting } = await keysOf(bus);
  return active.length + waiting.length === 0;
}

/** As an operator may, or a restored backup in which they are missing. */
async function loseTimers({ connection, realm }: Bus): Promise<void> {
  const name = streamName(realm, "TIMERS"), { streams } = await jetstreamManager(connection);
  const armed = async () => (await streams.info(name)).state.messages === 1;
  await until(armed, { what: "the timer to be armed" });
  strictEqual((await streams.purge(name)).purged, 1);
}

/** Notes which timers were late. */
function noting() {
  const late: string[] = [];
  const onLate: DutyHooks["onLate"] = ({ address, timer }) => {
    late.push(`${address.id} ${timer.id}`);
  };
  return { late, onLate };
}

/** As in a backup of which it was copied before the log. */
async function loseKeys({ connection, realm }: Bus, bucket: "ACTIVE" | "WAITING"): Promise<void> {
  const { streams } = await jetstreamManager(connection);
  await streams.purge(bucketStreamName(realm, bucket));
}

async function ringsOf(bus: Bus): Promise<number> {
  return (await typesOf(bus, address)).filter((type) => type === RANG).length;
}

Deno.test("a timer that NATS has lost rings late rather than never while its actor is in memory, and is told of", async () => {
  const { late, onLate } = noting();
  const kinds = stays;
  await using node = await startNode("n1", { kinds, ttlMs, sweepMs, lateMs, onLate });
  await node.send(address, { type: "SET" });
  await loseTimers(node.bus);
  const [rang, events] = [await logged(node.bus, address, RANG), await typesOf(node.bus, address)];
  strictEqual(rang.cause.from, "timer");
  deepStrictEqual(events, ["xstate.init", "SET", RANG]);
  deepStrictEqual([...new Set(late)], [`a ${RANG}`]);
});

Deno.test("a timer that NATS has lost while all nodes were away rings late rather than never, once, and leaves nothing behind", async () => {
  const kinds = leaves;
  await using world = await createWorld({ kinds });
  const { bus, realm } = world, { late, onLate } = noting();
  {
    await using before = await startNode("n1", { kinds, realm, ttlMs });
    await before.send(address, { type: "SET" });
    await until(async () => (await keysOf(bus)).active.length === 0, { what: "it to wait" });
    deepStrictEqual(await keysOf(bus), { active: [], waiting: ["a"] });
  }
  await loseTimers(bus);
  await using _after = await startNode("n2", { kinds, realm, ttlMs, sweepMs, lateMs, onLate });
  await logged(bus, address, RANG);
  await until(() => isForgotten(bus), { what: "its keys to go" });
  strictEqual(await ringsOf(bus), 1);
  // Told again if it leaves memory, and is looked at once more, before what was armed has come.
  deepStrictEqual([...new Set(late)], [`a ${RANG}`]);
});

Deno.test("a timer that NATS has lost rings at the next node when the one that had its actor has died", async () => {
  const kinds = stays;
  await using world = await createWorld({ kinds });
  const { bus, realm } = world;
  {
    await using first = await startNode("n1", { kinds, realm, ttlMs: 1_000 });
    await first.send(address, { type: "SET" });
    await loseTimers(bus);
    await first.crash();
  }
  await using _second = await startNode("n2", { kinds, realm, ttlMs, sweepMs, lateMs });
  await logged(bus, address, RANG);
  strictEqual(await ringsOf(bus), 1);
});

Deno.test("an actor that waits has a key until its timer has come, though that leads to nothing and finds it out of memory", async () => {
  const kinds = leaves;
  await using node = await startNode("n1", { kinds, ttlMs, sweepMs, lateMs });
  const { bus } = node;
  await node.send(address, { type: "SET" });
  await until(async () => {
    const { active, waiting } = await keysOf(bus);
    ok(active.length + waiting.length > 0 || await ringsOf(bus) > 0, "it always has one");
    return active.length === 0 && node.host.active === 0;
  }, { what: "the actor to wait" });
  await logged(bus, address, RANG);
  await until(() => isForgotten(bus), { what: "its key to go" });
  strictEqual(await ringsOf(bus), 1);
});

Deno.test("actors of which nothing but the log is left are looked at when all are noted, and those of no kind stay as they are", async () => {
  const kinds = leaves;
  await using world = await createWorld({ kinds });
  const { bus, realm } = world, errors: unknown[] = [];
  {
    await using before = await startNode("n1", { kinds: stays, realm, ttlMs: 1_000 });
    await before.send(address, { type: "SET" });
    await loseTimers(bus);
    await before.crash();
  }
  for (const bucket of ["ACTIVE", "WAITING"] as const) await loseKeys(bus, bucket);
  strictEqual(await noteAll(bus), 1);
  const strange = openActorKeys(bus, "WAITING");
  const revision = await strange.put({ kind: "gone", id: "b" }, { dueAt: 0 });
  const onError = (error: unknown) => void errors.push(error);
  await using _after = await startNode("n2", { kinds, realm, ttlMs, sweepMs, lateMs, onError });
  await logged(bus, address, RANG);
  await until(async () => (await keysOf(bus)).waiting.join() === "b", { what: "its keys to go" });
  await strange.remove({ kind: "gone", id: "b" }, revision);
  await until(() => isForgotten(bus), { what: "all keys to go" });
  deepStrictEqual([await ringsOf(bus), errors], [1, []]);
});
