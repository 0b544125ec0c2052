import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Type } from "@sinclair/typebox";
import { assign, emit, setup } from "xstate";
import { type Address, type Bus, snapshotSubject } from "@hub/bus";
import { testBus } from "../../tests/harness/bus.ts";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { until } from "../../tests/harness/until.ts";
import { startNatsNode } from "../../tests/harness/nats.ts";
import { counter } from "./_counter.ts";
import { createWorld } from "./_nodes_testing.ts";
import { bytesOf, foldContext } from "./_simulate.ts";
import { type ActiveActor, type ActorPorts, createActiveActor } from "./actor.ts";
import { type Command, CommandError } from "./command.ts";
import { defineActor } from "./definition.ts";
import { fold } from "./fold.ts";
import { openActorLog } from "./log.ts";
import { createMachineScope } from "./machine_scope.ts";
import type { Loaded, PersistedActor } from "./persist.ts";
import { openSnapshots, type Unusable } from "./snapshots.ts";

const address: Address = { kind: "counter", id: "a" };
let ids = 0;

function add(n: number, id = `c${ids++}`): Command {
  return { id, event: { type: "ADD", n }, cause: { from: "caller" } };
}

/** An actor's owner, as one node has it. */
async function owner(bus: Bus, changes: Partial<ActorPorts> = {}) {
  const log = await openActorLog(bus), snapshots = await openSnapshots(bus);
  const actor = createActiveActor({
    kind: counter,
    scope: createMachineScope(counter.machine),
    log,
    snapshots,
    now: () => 0,
    duties: { prepare: () => undefined, perform: () => undefined },
    ...changes,
  }, address);
  return { actor, log, snapshots };
}

async function commits(bus: Bus) {
  return await Array.fromAsync((await openActorLog(bus)).read(address));
}

async function countOf(actor: ActiveActor): Promise<number> {
  return (await actor.read())?.state.snapshot.context.count;
}

Deno.test("an answer says where the command stands in the log, which holds it by then", async () => {
  await using at = await createWorld({ kinds: [counter] });
  const { actor } = await owner(at.bus);
  const { seq, index, changed } = await actor.send(add(3, "mine"));
  ok(changed);
  const record = (await commits(at.bus)).find((it) => it.seq === seq);
  strictEqual(record?.events[index]?.id, "mine");
});

Deno.test("an actor's log begins with its start", async () => {
  await using at = await createWorld({ kinds: [counter] });
  const { actor } = await owner(at.bus);
  await actor.send(add(1));
  deepStrictEqual((await commits(at.bus))[0]?.events.map(({ event }) => event.type), [
    "xstate.init",
  ]);
});

Deno.test("commands of many callers are committed in groups, and each gets its own answer", async () => {
  await using at = await createWorld({ kinds: [counter] });
  const { actor } = await owner(at.bus);
  const callers = Array.from({ length: 64 }, async () => {
    for (let i = 0; i < 20; i++) await actor.send(add(1));
  });
  await Promise.all(callers);
  strictEqual(await countOf(actor), 64 * 20);
  const written = (await commits(at.bus)).length;
  ok(written <= 64 * 20 / 10, `${written} commits for ${64 * 20} commands`);
});

Deno.test("two nodes that both believe they own an actor write one history", async () => {
  await using one = await createWorld({ kinds: [counter] });
  await using two = await testBus({ realm: one.bus.realm });
  const owners = [(await owner(one.bus)).actor, (await owner(two.bus)).actor];
  const answers = await Promise.all(
    owners.flatMap((actor, node) =>
      Array.from({ length: 40 }, async (_, i) => {
        const id = `${node}-${i}`;
        return { id, answer: await actor.send(add(1, id)) };
      })
    ),
  );
  const log = await commits(one.bus);
  const inLog = new Map(
    log.flatMap(({ seq, events }) =>
      events.map(({ id }, index) => [id, `${seq}.${index}`] as const)
    ),
  );
  strictEqual(log.flatMap(({ events }) => events).length, 1 + 80);
  for (const { id, answer } of answers) strictEqual(inLog.get(id), `${answer.seq}.${answer.index}`);
});

/** Whoever says the number that is next gets it. */
const turns = defineActor({
  kind: "counter",
  version: 1,
  events: Type.Object({ type: Type.Literal("CLAIM"), turn: Type.Integer() }),
  machine: setup({
    types: { context: {} as { turn: number }, events: {} as { type: "CLAIM"; turn: number } },
  }).createMachine({
    context: { turn: 0 },
    on: {
      CLAIM: {
        guard: ({ context, event }) => context.turn === event.turn,
        actions: [
          assign({ turn: ({ context }) => context.turn + 1 }),
          emit(({ context }) => ({ type: "taken", turn: context.turn })),
        ],
      },
    },
  }),
});

Deno.test("of two nodes that both decide on the same state, one is right, and is told so", async () => {
  await using one = await createWorld({ kinds: [turns] });
  await using two = await testBus({ realm: one.bus.realm });
  const mine = { kind: turns, scope: createMachineScope(turns.machine) };
  const owners = [(await owner(one.bus, mine)).actor, (await owner(two.bus, mine)).actor];
  for (let turn = 0; turn < 20; turn++) {
    const claims = owners.map((actor, node) =>
      actor.send({
        ...{ id: `${node}-${turn}`, event: { type: "CLAIM", turn }, cause: { from: "caller" } },
        asks: true,
      })
    );
    const settled = await Promise.allSettled(claims);
    const replies = settled.flatMap((it) => it.status === "fulfilled" ? [it.value.reply] : []);
    deepStrictEqual(replies, [{ status: "active", event: { type: "taken", turn: turn + 1 } }]);
    const refused = settled.flatMap((it) => it.status === "rejected" ? [it.reason.code] : []);
    deepStrictEqual(refused, ["ILLEGAL_STATE"]);
  }
  const claimed = (await commits(one.bus)).flatMap(({ events }) => events)
    .flatMap(({ event }) => event.type === "CLAIM" ? [event.turn] : []);
  deepStrictEqual(claimed, Array.from({ length: 20 }, (_, turn) => turn));
});

Deno.test("a command that is repeated at another node gets the first answer and happens once", async () => {
  await using one = await createWorld({ kinds: [counter] });
  await using two = await testBus({ realm: one.bus.realm });
  const { actor: first } = await owner(one.bus), { actor: second } = await owner(two.bus);
  const answer = await first.send(add(5, "same"));
  await first.send(add(1));
  deepStrictEqual(await second.send(add(5, "same")), answer);
  strictEqual(await countOf(second), 6);
});

Deno.test("what was acknowledged survives nats-server's death, and no command happens twice", async () => {
  await using nats = await startNatsNode({ program: testEnvironment().natsServer });
  await using at = await createWorld({ kinds: [counter], servers: nats.url });
  const { actor } = await owner(at.bus);
  const acknowledged: string[] = [];
  const sendAll = async (caller: number) => {
    for (let i = 0; i < 100; i++) {
      const command = add(1, `${caller}-${i}`);
      for (let done = false; !done;) {
        done = await actor.send(command).then(() => true, (error) => {
          ok(error instanceof CommandError && error.retryable, String(error));
          return false;
        });
      }
      acknowledged.push(command.id);
      if (caller === 0 && i === 30) nats.signal("SIGKILL");
      if (caller === 0 && i === 30) await nats.restart();
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, caller) => sendAll(caller)));
  const logged = (await commits(at.bus)).flatMap(({ events }) => events.map(({ id }) => id));
  strictEqual(new Set(logged).size, logged.length, "nothing twice");
  deepStrictEqual(acknowledged.filter((id) => !logged.includes(id)), [], "nothing lost");
  strictEqual(await countOf(actor), 800);
});

Deno.test("commands and questions wait for a server that restarts, and no caller has to send again", async () => {
  await using nats = await startNatsNode({ program: testEnvironment().natsServer });
  await using at = await createWorld({ kinds: [counter], servers: nats.url });
  const log = await openActorLog(at.bus);
  let attempts = 0;
  const isLast: typeof log.isLast = (...of) => {
    attempts++;
    return log.isLast(...of);
  };
  const { actor } = await owner(at.bus, { log: { ...log, isLast } });
  await actor.send(add(1));
  nats.signal("SIGKILL");
  await until(() => at.bus.status !== "connected", { what: "the server to be gone" });
  // Whoever looks is first; what is to be committed waits for the same server.
  const both = Promise.all([actor.read(), actor.send(add(2))]);
  const restarting = until(() => attempts > 4, { what: "attempts that fail" }).then(nats.restart);
  const [seen, { changed }] = await both;
  await restarting;
  strictEqual(seen?.state.snapshot.context.count, 1);
  ok(changed);
  strictEqual(await countOf(actor), 3);
});

Deno.test("an actor is the same, byte for byte, after it was passivated and loaded again", async () => {
  await using at = await createWorld({ kinds: [counter] });
  const { actor } = await owner(at.bus);
  for (let i = 0; i < 120; i++) await actor.send(add(i));
  const before = await actor.read();
  ok(before);
  await actor.passivate();
  const after = await (await owner(at.bus)).actor.read();
  ok(after);
  strictEqual(bytesOf(counter, after), bytesOf(counter, before));
});

Deno.test("a snapshot is saved now and then, and loading reads only what came after it", async () => {
  await using at = await createWorld({ kinds: [counter] });
  const { actor, snapshots, log } = await owner(at.bus);
  for (let i = 0; i < 60; i++) await actor.send(add(1));
  const saved = await snapshots.load(counter, address);
  ok(typeof saved !== "string");
  ok(saved.count >= 50 && saved.count < 61);
  const read: number[] = [];
  const { actor: next } = await owner(at.bus, {
    log: {
      ...log,
      async *read(...of) {
        for await (const record of log.read(...of)) {
          read.push(record.seq);
          yield record;
        }
      },
    },
  });
  strictEqual(await countOf(next), 60);
  const all = (await commits(at.bus)).map(({ seq }) => seq);
  deepStrictEqual(read, all.filter((seq) => seq > saved.seq));
});

Deno.test("so many events are between two snapshots at most, also of an actor that changes its owner often", async () => {
  await using at = await createWorld({ kinds: [counter] });
  const { snapshots } = await owner(at.bus);
  for (const count of [40, 20]) {
    // Never put away: as of a node that dies.
    const { actor } = await owner(at.bus);
    await Promise.all(Array.from({ length: count }, () => actor.send(add(1))));
  }
  const saved = () => snapshots.load(counter, address);
  await until(async () => typeof await saved() !== "string", { what: "a snapshot" });
});

function snapshotOf(
  versions: Partial<Omit<PersistedActor, "format">> & { readonly format: number },
): string {
  return JSON.stringify({
    ...{ ...versions, seq: 1, count: 1, snapshot: { status: "active" } },
    ...{ effects: [], timers: [], children: [], window: [] },
  });
}

for (
  const [what, body] of [
    ["damaged", "not json"],
    ["damaged", '{"format":"x"}'],
    ["damaged", '{"format":2,"version":1}'],
    ["other version", snapshotOf({ format: 2, version: 2 })],
    ["other version", snapshotOf({ format: 1, version: 1 })],
    ["other version", snapshotOf({ format: 3, version: 1 })],
    ["other version", snapshotOf({ format: 2, version: 1, remember: 2_000 })],
  ] as const
) {
  Deno.test(`a snapshot that is "${what}" (${body.slice(0, 40)}…) is reported, and the log is read instead`, async () => {
    await using at = await createWorld({ kinds: [counter] });
    const { actor } = await owner(at.bus);
    await actor.send(add(7));
    await at.bus.requests.publish(snapshotSubject(at.bus.realm, address), body);
    const told: Unusable[] = [];
    const { actor: next } = await owner(at.bus, { onUnusable: (_, why) => told.push(why) });
    strictEqual(await countOf(next), 7);
    deepStrictEqual(told, [what]);
  });
}

Deno.test("an actor that is too large for a snapshot is told of, once, and goes on without", async () => {
  await using at = await createWorld({ kinds: [counter] });
  const told: Unusable[] = [];
  const { actor } = await owner(at.bus, {
    kind: { ...counter, snapshotEvery: 1, remember: 5_000 },
    onUnusable: (_, why) => told.push(why),
  });
  const long = "long".repeat(200);
  const more = () =>
    Promise.all(Array.from({ length: 1_000 }, () => actor.send(add(1, `${long}${ids++}`))));
  for (let round = 0; round < 3; round++) await more();
  await rejects(actor.passivate());
  await rejects(actor.passivate());
  deepStrictEqual(told, ["too large"]);
  strictEqual(await countOf(actor), 3_000);
});

Deno.test("more commands than may wait are refused with advice to try again", async () => {
  await using at = await createWorld({ kinds: [counter] });
  const { actor } = await owner(at.bus);
  const sends = Array.from({ length: 1100 }, () => actor.send(add(1)));
  const refused = (await Promise.allSettled(sends)).filter((it) => it.status === "rejected");
  strictEqual(refused.length, 1100 - 1024);
  for (const { reason } of refused) {
    ok(reason instanceof CommandError && reason.code === "RATE_LIMITED" && reason.retryable);
  }
});

Deno.test("a refused command says why, and nothing is written", async () => {
  await using at = await createWorld({ kinds: [counter] });
  const { actor } = await owner(at.bus);
  await actor.send(add(1));
  const wrong = { ...add(1), event: { type: "ADD", n: "one" } };
  await rejects(actor.send(wrong), { code: "VALIDATION_ERROR" });
  strictEqual((await commits(at.bus)).length, 2);
});

Deno.test("a whole log folds to the bytes that its owner has", async () => {
  await using at = await createWorld({ kinds: [counter] });
  const { actor } = await owner(at.bus);
  await Promise.all(Array.from({ length: 30 }, (_, i) => actor.send(add(i))));
  const mine = await actor.read();
  const context = foldContext(counter);
  const folded = (await commits(at.bus)).reduce<Loaded | undefined>(
    (so, record) => fold(context, so, record),
    undefined,
  );
  ok(mine && folded);
  strictEqual(bytesOf(counter, folded), bytesOf(counter, mine));
});
