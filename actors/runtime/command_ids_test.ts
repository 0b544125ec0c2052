/** Command ids belong to those who chose them: two callers with the same id have two commands. */
import { deepStrictEqual, notDeepStrictEqual, strictEqual } from "node:assert/strict";
import type { Address } from "@hub/bus";
import { counter } from "./_counter.ts";
import { createWorld, eventsOf, ownedBy, startNode, type TestNode } from "./_nodes_testing.ts";
import { foldContext, logged, Simulation } from "./_simulate.ts";
import { commandKey } from "./command_window.ts";
import { fold } from "./fold.ts";
import { START } from "./record.ts";

const among = ["n1", "n2"];
const at = ownedBy("n1", { kind: "counter", among });
const kinds = [{ ...counter, snapshotEvery: 4 }];

function as(by: string | undefined, { node = at, id = "pay", n = 1 } = {}) {
  const command = { id, event: { type: "ADD", n }, cause: { from: "caller" } } as const;
  return [node, by === undefined ? command : { ...command, by }] as const;
}

async function countAt({ host }: TestNode, address: Address): Promise<unknown> {
  return Object((await host.get(address))?.context).count;
}

Deno.test("two identities that choose the same id have two commands, each with its own answer", () => {
  const actor = new Simulation(counter);
  const by = (name: string, n: number) => ({ ...logged("pay", { type: "ADD", n }), by: name });
  const [ann] = actor.send(by("ann", 1));
  const [bob, annAgain, nobody] = actor.send(
    by("bob", 20),
    by("ann", 300),
    logged("pay", { type: "ADD", n: 4000 }),
  );
  deepStrictEqual([ann?.is, bob?.is, annAgain?.is, nobody?.is], [
    ...["accepted", "accepted", "repeated", "accepted"],
  ]);
  strictEqual(actor.loaded.state.snapshot.context.count, 4021);
  deepStrictEqual(actor.log.flatMap(({ events }) => events.map(({ id, by }) => [id, by])), [
    ["start", undefined],
    ["pay", "ann"],
    ["pay", "bob"],
    ["pay", undefined],
  ]);
});

Deno.test("each identity keeps its answer through retries at any node, snapshots and a crash", async (t) => {
  await using world = await createWorld({ kinds });
  const { realm } = world;
  await using two = await startNode("n2", { kinds, realm });
  await using one = await startNode("n1", { kinds, realm });
  const ann = await one.host.send(...as("ann"));
  const bob = await two.host.send(...as("bob", { n: 20 }));
  const nobody = await two.host.send(...as(undefined, { n: 300 }));
  const places = [ann, bob, nobody].map(({ seq, index }) => `${seq}.${index}`);
  strictEqual(new Set(places).size, 3);
  const sendAgain = async ({ host }: TestNode) => [
    await host.send(...as("ann", { n: 7 })),
    await host.send(...as("bob", { n: 7 })),
    await host.send(...as(undefined, { n: 7 })),
  ];
  await t.step("sent again, at either node", async () => {
    for (const node of [one, two]) deepStrictEqual(await sendAgain(node), [ann, bob, nobody]);
    strictEqual(await countAt(two, at), 321);
  });
  await t.step("after snapshots, and a crash of the owner", async () => {
    for (let n = 0; n < 8; n++) await one.host.send(...as("ann", { id: `more-${n}` }));
    await one.crash();
    deepStrictEqual(await sendAgain(two), [ann, bob, nobody]);
    strictEqual(await countAt(two, at), 329);
  });
  await t.step("the log says who sent which, and nothing twice", async () => {
    const events = await eventsOf(world.bus, at);
    deepStrictEqual(
      events.filter(({ id }) => id === "pay").map(({ by, event }) => [by, event.n]),
      [["ann", 1], ["bob", 20], [undefined, 300]],
    );
  });
});

Deno.test("a log of before folds to the same state, and still knows whose each id is", () => {
  const events = [
    { id: "start", event: START, cause: { from: "start" }, at: 0 },
    { id: "call:a", event: { type: "ADD", n: 2 }, cause: { from: "caller" }, by: "ann", at: 0 },
    { id: "call:b", event: { type: "ADD", n: 3 }, cause: { from: "caller" }, at: 0 },
  ] as const;
  const { state, window } = fold(foldContext(counter), undefined, { seq: 1, version: 1, events });
  strictEqual(state.snapshot.context.count, 5);
  const [, ann, nobody] = events;
  deepStrictEqual(window.get(commandKey(ann))?.position, { commit: { seq: 1 }, index: 1 });
  deepStrictEqual(window.get(commandKey(nobody))?.position, { commit: { seq: 1 }, index: 2 });
  notDeepStrictEqual(window.get(commandKey({ ...ann, by: "bob" })), window.get(commandKey(ann)));
});
