import { strictEqual } from "node:assert/strict";
import { streamName } from "@hub/bus";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { counted } from "./_counted.ts";
import { held, job } from "./_job.ts";
import { createWorld, startNode } from "./_nodes_testing.ts";
import { openActiveActors } from "./active_actors.ts";
import { createActiveActor } from "./actor.ts";
import { openActorLog } from "./log.ts";
import { createMachineScope } from "./machine_scope.ts";
import { openSnapshots } from "./snapshots.ts";

const GO = { type: "GO" }, STOP = { type: "STOP" };
/** A node that is too busy to say that it is there must not lose its actors meanwhile. */
const ttlMs = 30_000;
const at = (id: string) => ({ kind: "job", id });

Deno.test("work that a node left in the log of an actor in memory here is found by a look, though no node comes or goes", async () => {
  const here = held(), address = at("a");
  await using world = await createWorld({ kinds: [job(here.work)] });
  const { realm, bus } = world;
  await using node = await startNode("n1", {
    ...{ realm, ttlMs, kinds: [job(here.work)], sweepMs: 100 },
  });
  await node.send(address, GO);
  await node.send(address, STOP);
  strictEqual(here.runs.length, 1);
  // A node that nobody counts any more: it does what it has to before a commit, and nothing after it.
  const kind = job(here.work), active = openActiveActors(bus, "n0");
  const elsewhere = createActiveActor({
    ...{ kind, scope: createMachineScope(kind.machine), now: Date.now },
    ...{ log: await openActorLog(bus), snapshots: await openSnapshots(bus) },
    duties: {
      prepare: () => active.mark(address).then(() => undefined),
      perform: () => undefined,
    },
  }, address);
  await elsewhere.send({ id: "elsewhere", event: GO, cause: { from: "caller" } });
  await until(() => here.runs.length === 2, { what: "the effect to run" });
});

Deno.test("a look at many actors that are in memory with their work asks the leader once, and not for each", async () => {
  const COUNT = 40, { work, runs } = held(), kinds = [job(work)];
  await using world = await testBus();
  let counting: ReturnType<typeof counted> | undefined;
  await using node = await startNode("n1", {
    ...{ realm: world.bus.realm, ttlMs, kinds, sweepMs: 50 },
    through: (bus) => (counting = counted(bus)).bus,
  });
  await Promise.all(Array.from({ length: COUNT }, (_, i) => node.send(at(`a${i}`), GO)));
  strictEqual(runs.length, COUNT);
  const subjects = counting?.subjects ?? [];
  // Whatever was asked for on the way here is over when the next look begins.
  const looks = (from: number) =>
    subjects.slice(from).filter((it) => it.endsWith(`INFO.${streamName(node.realm, "EVENTS")}`));
  const before = subjects.length;
  await until(() => looks(before).length >= 2, { what: "a look" });
  const from = subjects.length;
  await until(() => looks(from).length >= 5, { what: "five looks" });
  strictEqual(subjects.length - from, looks(from).length, "nothing else was asked");
});

Deno.test("a key that was left behind without work goes, once a look has found it", async () => {
  const { work } = held(), kinds = [job(work, { passivateAfterMs: 50 })];
  await using world = await testBus();
  const { realm } = world.bus;
  await using node = await startNode("n1", { ...{ realm, ttlMs, kinds }, sweepMs: 100 });
  const address = at("a"), nobody = at("b");
  // An event that asks for nothing: its actor never had a key.
  await node.send(address, STOP).catch(() => undefined);
  const active = openActiveActors(world.bus, "n0");
  for (const left of [address, nobody]) await active.mark(left);
  await until(async () => (await Array.fromAsync(active.list())).length === 0, {
    what: "the keys to go",
  });
});
