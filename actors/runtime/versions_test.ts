import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { type Static, Type } from "@sinclair/typebox";
import { assign, setup } from "xstate";
import type { Address } from "@hub/bus";
import { until } from "../../tests/harness/until.ts";
import { createWorld, logOf, ownedBy, sendUntilAnswered, startNode } from "./_nodes_testing.ts";
import { createActiveActor } from "./actor.ts";
import type { Command } from "./command.ts";
import { type ActorKind, defineActor } from "./definition.ts";
import { openActorLog } from "./log.ts";
import { createMachineScope } from "./machine_scope.ts";
import { openSnapshots, type Unusable } from "./snapshots.ts";

const Put1 = Type.Object({ type: Type.Literal("PUT"), n: Type.Integer() });
/** Puts things into a box one by one. */
const box1 = defineActor({
  kind: "box",
  version: 1,
  snapshotEvery: 5,
  passivateAfterMs: 50,
  events: Put1,
  machine: setup({
    types: { context: {} as { sum: number }, events: {} as Static<typeof Put1> },
  }).createMachine({
    context: { sum: 0 },
    on: { PUT: { actions: assign({ sum: ({ context, event }) => context.sum + event.n }) } },
  }),
});

const Put2 = Type.Object({ type: Type.Literal("PUT"), items: Type.Array(Type.Integer()) });
/** Puts several things at once, and remembers all of them. */
const box2 = defineActor({
  kind: "box",
  version: 2,
  snapshotEvery: 5,
  passivateAfterMs: 50,
  events: Put2,
  upcast: (event, version) => version === 1 ? { type: "PUT", items: [event.n] } : event,
  machine: setup({
    types: { context: {} as { items: number[] }, events: {} as Static<typeof Put2> },
  }).createMachine({
    context: { items: [] },
    on: {
      PUT: {
        actions: assign({ items: ({ context, event }) => [...context.items, ...event.items] }),
      },
    },
  }),
});

const address: Address = { kind: "box", id: "a" };
const put1 = (n: number) => ({ type: "PUT", n });
const put2 = (...items: number[]) => ({ type: "PUT", items });
/** What checks the logs in the end knows the newest version. */
const kinds: readonly ActorKind[] = [box2];

Deno.test("a newer version takes over what an older one wrote, event by event, and goes on with it", async () => {
  await using world = await createWorld({ kinds });
  const { realm } = world;
  {
    await using old = await startNode("n1", { kinds: [box1], realm });
    for (const n of [1, 2, 3, 4, 5, 6, 7]) await old.send(address, put1(n));
  }
  const told: Unusable[] = [];
  const onUnusable = (_: Address, why: Unusable) => void told.push(why);
  await using node = await startNode("n2", { kinds: [box2], realm, onUnusable });
  await node.send(address, put2(8, 9));
  const view = await node.host.get(address);
  deepStrictEqual(view?.context, { items: [1, 2, 3, 4, 5, 6, 7, 8, 9] });
  strictEqual(view?.version, 2);
  deepStrictEqual(told, ["other version"], "its snapshot was folded by other rules");
  deepStrictEqual(
    (await logOf(world.bus, address)).map(({ version }) => version),
    [...Array(8).fill(1), 2],
  );
});

Deno.test("an older version neither shows, nor takes, nor changes an actor that a newer one has written to", async () => {
  await using world = await createWorld({ kinds });
  const { realm } = world;
  {
    await using next = await startNode("n2", { kinds: [box2], realm });
    await next.send(address, put2(1, 2));
  }
  const before = await logOf(world.bus, address);
  await using old = await startNode("n1", { kinds: [box1], realm });
  const refusal = {
    code: "UNAVAILABLE",
    retryable: true,
    message: /version 2 of box wrote it, this node has version 1\. Finish the rolling deploy/,
  };
  await rejects(old.send(address, put1(3)), refusal);
  await rejects(old.host.get(address), refusal);
  await rejects(old.host.stop(address), refusal);
  deepStrictEqual(await logOf(world.bus, address), before);
});

Deno.test("in a rolling deploy each actor moves to the new version once, and the old one corrupts nothing", async () => {
  await using world = await createWorld({ kinds });
  const { realm } = world;
  const among = ["n1", "n2"];
  const old = await startNode("n1", { kinds: [box1], realm });
  const mine = ownedBy("n1", { kind: "box", among }),
    theirs = ownedBy("n2", { kind: "box", among });
  for (const at of [mine, theirs]) await old.send(at, put1(1));
  await using next = await startNode("n2", { kinds: [box2], realm });
  await until(() => old.host.owner(theirs) === "n2" && next.host.owner(mine) === "n1", {
    what: "both to know each other",
  });
  // Each owner takes what its own version knows.
  await old.send(mine, put1(2));
  await next.send(theirs, put2(2));
  await rejects(old.send(theirs, put1(3)), { code: "VALIDATION_ERROR" });
  strictEqual((await old.host.get(theirs))?.version, 2);
  await old[Symbol.asyncDispose]();
  await sendUntilAnswered(() => next.send(mine, put2(3)));
  deepStrictEqual((await next.host.get(mine))?.context, { items: [1, 2, 3] });
  deepStrictEqual((await next.host.get(theirs))?.context, { items: [1, 2] });
});

Deno.test("an older version that still has an actor in memory gives up when a newer one has written to it", async () => {
  await using world = await createWorld({ kinds });
  const { bus } = world;
  const ownerOf = async (kind: ActorKind) =>
    createActiveActor({
      ...{ kind, scope: createMachineScope(kind.machine), now: () => 0 },
      log: await openActorLog(bus),
      snapshots: await openSnapshots(bus),
      duties: { prepare: () => undefined, perform: () => undefined },
    }, address);
  const command = (event: Command["event"]): Command => (
    { id: crypto.randomUUID(), event, cause: { from: "caller" } }
  );
  const old = await ownerOf(box1), next = await ownerOf(box2);
  await old.send(command(put1(1)));
  await next.send(command(put2(2)));
  await rejects(old.send(command(put1(3))), /version 2 of box wrote it/);
  // Nor does it put its own snapshot in the place of the newer one.
  await next.passivate();
  await old.passivate();
  const told: Unusable[] = [];
  await using node = await startNode("n2", {
    ...{ kinds: [box2], realm: world.realm, onUnusable: (_, why) => void told.push(why) },
  });
  await node.send(address, put2(4));
  deepStrictEqual((await node.host.get(address))?.context, { items: [1, 2, 4] });
  deepStrictEqual(told, []);
  deepStrictEqual((await logOf(bus, address)).map(({ version }) => version), [1, 1, 2, 2]);
});
