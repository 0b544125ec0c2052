import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Address, Bus } from "@hub/bus";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { counter } from "./_counter.ts";
import { gated } from "./_gated.ts";
import { startNode } from "./_nodes_testing.ts";
import { type ActiveActor, createActiveActor } from "./actor.ts";
import { type ActorLog, openActorLog } from "./log.ts";
import { createMachineScope } from "./machine_scope.ts";
import { openSnapshots } from "./snapshots.ts";

const address: Address = { kind: "counter", id: "a" };

/** One node's way to the actor; notes up to which commits it was told to do what they ask for. */
async function owner(bus: Bus, through: (log: ActorLog) => ActorLog = (log) => log) {
  const performed: number[] = [];
  const actor = createActiveActor({
    ...{ kind: counter, scope: createMachineScope(counter.machine), now: Date.now },
    ...{ log: through(await openActorLog(bus)), snapshots: await openSnapshots(bus) },
    duties: { prepare: () => undefined, perform: ({ seq }) => void performed.push(seq) },
  }, address);
  return { actor, performed };
}

let ids = 0;
async function add(actor: ActiveActor): Promise<number> {
  const command = { id: `c${ids++}`, event: { type: "ADD", n: 1 } };
  return (await actor.send({ ...command, cause: { from: "caller" } })).seq;
}

/** A log that is read from a server which has not heard of what came after `known`, at first. */
function behind(known: () => number, reads: { left: number }) {
  return (log: ActorLog): ActorLog => ({
    ...log,
    async *read(...args) {
      const isBehind = reads.left-- > 0;
      for await (const record of log.read(...args)) {
        if (!isBehind || record.seq <= known()) yield record;
      }
    },
  });
}

Deno.test("an actor that is activated has all that the leader of its log has, though whoever was asked for it is behind", async () => {
  await using bus = await testBus();
  const { actor: elsewhere } = await owner(bus.bus);
  const known = await add(elsewhere);
  const end = await add(elsewhere);
  const reads = { left: 2 };
  const { actor, performed } = await owner(bus.bus, behind(() => known, reads));
  await actor.activate();
  deepStrictEqual([actor.seq, performed.at(-1)], [end, end]);
  strictEqual(reads.left, -1, "it was read again only as long as it had to be");
});

Deno.test("an actor in memory that is activated takes up what another node has written meanwhile, however late that is told", async () => {
  await using bus = await testBus();
  const { actor: elsewhere } = await owner(bus.bus);
  const reads = { left: 0 };
  let known = 0;
  const { actor, performed } = await owner(bus.bus, behind(() => known, reads));
  known = await add(actor);
  const end = await add(elsewhere);
  reads.left = 1;
  await actor.activate();
  deepStrictEqual([actor.seq, performed.at(-1)], [end, end]);
});

Deno.test("an actor that was only looked at is not saved once more when it leaves memory", async () => {
  const snapshots = gated("snap");
  await using node = await startNode("n1", {
    kinds: [{ ...counter, passivateAfterMs: 20 }],
    // A node that is too busy to say that it is there must not lose its actors meanwhile.
    ttlMs: 30_000,
    through: snapshots.through,
  });
  const left = () => until(() => node.host.active === 0, { what: "it to have left" });
  await node.send(address, { type: "ADD", n: 1 });
  await left();
  strictEqual(snapshots.passed, 1);
  await node.host.get(address);
  await left();
  strictEqual(snapshots.passed, 1);
  await node.send(address, { type: "ADD", n: 1 });
  await left();
  strictEqual(snapshots.passed, 2);
});
