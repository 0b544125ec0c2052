import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { type Static, Type } from "@sinclair/typebox";
import { assign, enqueueActions, setup } from "xstate";
import { inBackground } from "../../tests/harness/background.ts";
import { until } from "../../tests/harness/until.ts";
import {
  createWorld,
  eventsOf,
  ownedBy,
  sendUntilAnswered,
  startNode,
  type TestNode,
} from "./_nodes_testing.ts";
import type { Dropped } from "./deliveries.ts";
import { actorRef } from "./actor_ref.ts";
import { defineActor } from "./definition.ts";
import { openSnapshots } from "./snapshots.ts";

const TalkEvent = Type.Object({
  type: Type.Literal("TALK"),
  to: Type.Array(Type.Object({ kind: Type.String(), id: Type.String() })),
});
type TalkEvent = Static<typeof TalkEvent>;

/** Says the next number to each that it is told, every time. */
const talker = defineActor({
  kind: "talker",
  version: 1,
  events: TalkEvent,
  machine: setup({
    types: { context: {} as { said: number }, events: {} as TalkEvent },
  }).createMachine({
    context: { said: 0 },
    on: {
      TALK: {
        actions: [
          assign({ said: ({ context }) => context.said + 1 }),
          enqueueActions(({ context, event, enqueue, self }) => {
            for (const address of event.to) {
              const n = context.said;
              enqueue.sendTo(actorRef(address), { type: "HEAR", n, by: self.id });
            }
          }),
        ],
      },
    },
  }),
});

const HearEvent = Type.Object({ type: Type.Literal("HEAR"), n: Type.Integer() });

/** Hears all, and takes nothing any more once it has heard number 100. */
const listener = defineActor({
  kind: "listener",
  version: 1,
  events: HearEvent,
  machine: setup({
    types: { events: {} as Static<typeof HearEvent> },
  }).createMachine({
    initial: "open",
    states: {
      open: { on: { HEAR: [{ guard: ({ event }) => event.n === 100, target: "shut" }, {}] } },
      shut: { type: "final" },
    },
  }),
});
const kinds = [talker, listener];
const among = ["n1", "n2"];
const at = ownedBy("n1", { kind: "talker", among });
const near = ownedBy("n1", { kind: "listener", among });
const far = ownedBy("n2", { kind: "listener", among });

async function heardBy({ bus }: Pick<TestNode, "bus">, address: typeof near) {
  return (await eventsOf(bus, address)).filter(({ event }) => event.type === "HEAR")
    .map(({ event }) => event.n);
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

Deno.test("what an actor sends arrives once and in order, at its own node and at another one", async () => {
  await using one = await startNode("n1", { kinds });
  await using two = await startNode("n2", { kinds, realm: one.realm });
  await until(() => one.host.owner(far) === "n2", { what: "n1 to know n2" });
  const to = [near, far];
  await Promise.all(upTo(40).map(() => two.send(at, { type: "TALK", to })));
  for (const address of to) {
    await until(async () => (await heardBy(one, address)).length >= 40, { what: "all" });
    deepStrictEqual(await heardBy(one, address), upTo(40));
  }
});

Deno.test("what an actor sends arrives once and in order although its node crashes while it sends", async () => {
  await using world = await createWorld({ kinds });
  const { realm } = world;
  await using survivor = await startNode("n2", { kinds, realm });
  await using first = await startNode("n1", { kinds, realm });
  const to = [near, far];
  let answered = 0;
  await using sending = inBackground(() => [(async () => {
    for (const n of upTo(60)) {
      await sendUntilAnswered(() => survivor.send(at, { type: "TALK", to }, `talk-${n}`));
      answered++;
    }
  })()]);
  await sending.until(() => answered >= 20, { what: "some of it" });
  await first.crash();
  await sending.stop();
  for (const address of to) {
    await until(async () => (await heardBy(world, address)).length >= 60, { what: "all" });
    deepStrictEqual(await heardBy(world, address), upTo(60));
  }
});

Deno.test("what an actor sends arrives once and in order although the receiver's node crashes meanwhile", async () => {
  await using world = await createWorld({ kinds });
  const { realm } = world;
  await using sender = await startNode("n1", { kinds, realm });
  await using second = await startNode("n2", { kinds, realm });
  let answered = 0;
  await using sending = inBackground(() => [(async () => {
    for (const n of upTo(60)) {
      await sendUntilAnswered(() => sender.send(at, { type: "TALK", to: [far] }, `talk-${n}`));
      answered++;
    }
  })()]);
  await sending.until(() => answered >= 20, { what: "some of it" });
  await second.crash();
  await sending.stop();
  await until(async () => (await heardBy(world, far)).length >= 60, { what: "all" });
  deepStrictEqual(await heardBy(world, far), upTo(60));
});

Deno.test("what nobody can take is reported, and what is sent after it and beside it arrives", async () => {
  const dropped: Dropped[] = [];
  await using node = await startNode("n1", { kinds, onDropped: (one) => dropped.push(one) });
  const nobody = { kind: "nobody", id: "a" }, other = { kind: "listener", id: "other" };
  for (let i = 0; i < 3; i++) await node.send(at, { type: "TALK", to: [nobody, near] });
  await until(async () => dropped.length === 3 && (await heardBy(node, near)).length === 3, {
    what: "what can be taken",
  });
  await node.host.stop(near);
  await node.send(at, { type: "TALK", to: [near, other] });
  await until(() => dropped.length >= 4, { what: "the reports" });
  await until(async () => (await heardBy(node, other)).length === 1, { what: "the other one" });
  deepStrictEqual(await heardBy(node, near), [1, 2, 3]);
  deepStrictEqual(dropped.map(({ from, to, event }) => [from, to, event.n]), [
    [at, nobody, 1],
    [at, nobody, 2],
    [at, nobody, 3],
    [at, near, 4],
  ]);
  match(String(dropped[0]?.error), /no kind of actor "nobody"/);
  match(String(dropped[3]?.error), /has ended/);
  strictEqual((await node.host.get(at))?.status, "active");
});

Deno.test("an actor that sends is saved long before its receivers have forgotten what it sent", async () => {
  await using node = await startNode("n1", { kinds });
  const snapshots = await openSnapshots(node.bus), to = [{ ...at, id: "other" }];
  await Promise.all(upTo(200).map(() => node.send(at, { type: "TALK", to })));
  const saved = () => snapshots.load(talker, at);
  await until(async () => typeof await saved() !== "string", { what: "a snapshot" });
});
