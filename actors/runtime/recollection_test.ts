/** A command that waits here while another node takes it, and more than are remembered, happens once. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type Address, type Bus, BusError } from "@hub/bus";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { counter } from "./_counter.ts";
import { createWorld, eventsOf } from "./_nodes_testing.ts";
import { type ActiveActor, createActiveActor } from "./actor.ts";
import type { Command } from "./command.ts";
import type { ActorKind } from "./definition.ts";
import { type ActorLog, openActorLog } from "./log.ts";
import { createMachineScope } from "./machine_scope.ts";
import { openSnapshots } from "./snapshots.ts";

const address: Address = { kind: "counter", id: "a" };
const remembering = { ...counter, snapshotEvery: 100 };

function add(id: string): Command {
  return { id, event: { type: "ADD", n: 1 }, cause: { from: "caller" } };
}

/** An actor's owner, as one node has it, whose log may be made not to answer. */
async function owner(
  bus: Bus,
  { now = Date.now, kind = remembering }: {
    readonly now?: () => number;
    readonly kind?: ActorKind;
  } = {},
) {
  const log = await openActorLog(bus), snapshots = await openSnapshots(bus);
  let isDown = false, refused = 0, foldings = 0;
  const check = () => {
    if (!isDown) return;
    refused++;
    throw new BusError("TIMEOUT", "nobody answers");
  };
  const through: ActorLog = {
    ...log,
    async append(...append) {
      check();
      return await log.append(...append);
    },
    async *read(...read) {
      check();
      if (read[1] === undefined) foldings++;
      yield* log.read(...read);
    },
  };
  const actor = createActiveActor({
    ...{ kind, scope: createMachineScope(kind.machine), log: through, snapshots, now },
    duties: { prepare: () => undefined, perform: () => undefined },
  }, address);
  return {
    actor,
    /** How often the log was read from its beginning. */
    get foldings() {
      return foldings;
    },
    /** Resolves once the log has refused to answer that often. */
    async down(times: number) {
      isDown = true;
      const enough = refused + times;
      await until(() => refused >= enough, { what: "something that asks the log" });
    },
    up: () => void (isDown = false),
  };
}

/** More commands than an actor remembers. */
async function forget(actor: ActiveActor): Promise<void> {
  for (let i = 0; i <= remembering.remember; i += 200) {
    await Promise.all(Array.from({ length: 200 }, (_, nth) => actor.send(add(`more-${i + nth}`))));
  }
}

async function timesInLog(bus: Bus, id: string): Promise<number> {
  return (await eventsOf(bus, address)).filter((event) => event.id === id).length;
}

Deno.test("what waited at a node that was behind gets the answer that another node gave long ago", async () => {
  await using one = await createWorld({ kinds: [remembering] });
  await using two = await testBus({ realm: one.bus.realm });
  const here = await owner(one.bus), there = await owner(two.bus);
  await here.actor.send(add("first"));
  const waiting = here.actor.send(add("mine"));
  const behind = here.down(1);
  await behind;
  const answer = await there.actor.send(add("mine"));
  await forget(there.actor);
  here.up();
  deepStrictEqual(await waiting, answer);
  strictEqual(await timesInLog(one.bus, "mine"), 1);
});

Deno.test("so does what waited for an actor that was not in memory yet", async () => {
  await using one = await createWorld({ kinds: [remembering] });
  await using two = await testBus({ realm: one.bus.realm });
  let late = 0;
  const here = await owner(one.bus, { now: () => Date.now() + late });
  const there = await owner(two.bus);
  const behind = here.down(1);
  const waiting = here.actor.send(add("mine"));
  await behind;
  const answer = await there.actor.send(add("mine"));
  await forget(there.actor);
  late = 2_000;
  here.up();
  deepStrictEqual(await waiting, answer);
  strictEqual(await timesInLog(one.bus, "mine"), 1);
});

Deno.test("many that waited together get their answers of one folding, more than are remembered too", async () => {
  const kind = { ...remembering, remember: 20 };
  await using one = await createWorld({ kinds: [kind] });
  await using two = await testBus({ realm: one.bus.realm });
  const here = await owner(one.bus, { kind }), there = await owner(two.bus, { kind });
  await here.actor.send(add("first"));
  const mine = Array.from({ length: 60 }, (_, nth) => `mine-${nth}`);
  const waiting = mine.map((id) => here.actor.send(add(id)));
  await here.down(1);
  const answers = await Promise.all(mine.map((id) => there.actor.send(add(id))));
  await forget(there.actor);
  const { foldings } = here;
  here.up();
  deepStrictEqual(await Promise.all(waiting), answers);
  for (const id of mine) strictEqual(await timesInLog(one.bus, id), 1);
  strictEqual(here.foldings - foldings, 1);
});

Deno.test("what nobody has taken is taken, however many commands have come from elsewhere", async () => {
  await using one = await createWorld({ kinds: [remembering] });
  await using two = await testBus({ realm: one.bus.realm });
  const here = await owner(one.bus), there = await owner(two.bus);
  await here.actor.send(add("first"));
  await forget(there.actor);
  const { seq } = await here.actor.send(add("mine"));
  const events = await eventsOf(one.bus, address);
  strictEqual(events.at(-1)?.id, "mine");
  strictEqual((await here.actor.read())?.seq, seq);
  strictEqual((await here.actor.read())?.state.snapshot.context.count, events.length - 1);
});
