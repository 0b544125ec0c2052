/**
 * What is measured by `growth.ts`: each function measures one size.
 *
 * @module
 */
import { type Address, type Bus, ensureStreams, joinMembership, openBus } from "@hub/bus";
import { load } from "../actors/runtime/load.ts";
import {
  createActiveActor,
  createMachineScope,
  fold,
  type Host,
  type Loaded,
  openActorLog,
  openHost,
  openSnapshots,
} from "../actors/runtime/mod.ts";
import { testEnvironment } from "../tests/harness/environment.ts";
import { testRealm } from "../tests/harness/realm.ts";
import { addOne, benchCounter } from "./_actors_kind.ts";
import { drive } from "./_load.ts";
import { startPeer } from "./_peers.ts";
import { median } from "./_rounds.ts";

/** What a size has cost, by what was done. */
export type Costs = Readonly<Record<string, number>>;

/** What may grow, and what it costs at one size. */
export const COSTS = {
  log: costsOfLog,
  actors: costsOfActors,
  nodes: costsOfNodes,
} as const satisfies Record<string, (field: Field, size: number) => Promise<Costs>>;

/** How long the same is done again and again, for a median. */
const WINDOW_MS = 500;
/** What comes after the last snapshot. */
const TAIL = 50;
/** Who write a log together. */
const WRITERS = 16;
const CALLERS = 64;

/** A realm to measure in. */
export interface Field extends AsyncDisposable {
  readonly bus: Bus;
}

/** Opens a realm of its own. */
export async function openField(): Promise<Field> {
  const realm = testRealm();
  const bus = await openBus({ servers: testEnvironment().natsUrl, name: "bench", realm });
  await ensureStreams(bus.connection, { realm });
  return { bus, [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose]() };
}

/** An actor whose log holds `events`. */
async function costsOfLog({ bus }: Field, events: number): Promise<Costs> {
  const kind = { kind: benchCounter, scope: createMachineScope(benchCounter.machine) };
  const log = await openActorLog(bus), snapshots = await openSnapshots(bus);
  const address = { kind: "bench", id: `log${events}` };
  const actor = createActiveActor({
    ...{ ...kind, log, snapshots, now: Date.now },
    duties: { prepare: () => undefined, perform: () => undefined },
  }, address);
  let left = events - TAIL;
  await Promise.all(Array.from({ length: WRITERS }, async () => {
    while (left-- > 0) await actor.send(addOne());
  }));
  await actor.passivate();
  for (let i = 0; i < TAIL; i++) await actor.send(addOne());
  const activationMs = await timesOf(async () => {
    const { loaded } = await load({ ...kind, log, snapshots }, address);
    if (loaded?.state.snapshot.context.count !== events) throw new Error("not what was written");
  });
  const replayMs = await timesOf(async () => {
    let loaded: Loaded | undefined;
    for await (const record of log.read(address)) loaded = fold(kind, loaded, record);
  });
  const commandMs = await timesOf(() => actor.send(addOne()));
  return { "a command": commandMs, "an activation": activationMs, "replay of all": replayMs };
}

/** Makes actors until there are `count`, and uses some of them. */
async function costsOfActors({ bus }: Field, count: number): Promise<Costs> {
  const log = await openActorLog(bus), snapshots = await openSnapshots(bus);
  await using membership = await joinMembership(bus, { node: "n1" });
  // None is put away meanwhile: that is work of its own.
  const kinds = [{ ...benchCounter, passivateAfterMs: 3_600_000 }];
  await using host = await openHost({ bus, membership, kinds, maxActors: 2 * count });
  await makeActors(host, count);
  const kind = { kind: benchCounter, scope: createMachineScope(benchCounter.machine) };
  let at = 0;
  // Far from each other, so that no cache has all of them.
  const next = (): Address => ({ kind: "bench", id: `a${(at++ * 7_919) % count}` });
  const activationMs = await timesOf(() => load({ ...kind, log, snapshots }, next()));
  const commandMs = await timesOf(() => host.send(next(), addOne()));
  const birthMs = await timesOf(() => host.send({ kind: "bench", id: `b${at++}` }, addOne()));
  const { p50Ms } = await drive(() => host.send(next(), addOne()), {
    ...{ callers: CALLERS, ms: WINDOW_MS },
  });
  return {
    "a command": commandMs,
    "an activation": activationMs,
    "a first command": birthMs,
    [`one of ${CALLERS} at a time`]: p50Ms,
  };
}

async function makeActors(host: Host, count: number): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: 4 * CALLERS }, async () => {
    for (let i = next++; i < count; i = next++) {
      await host.send({ kind: "bench", id: `a${i}` }, addOne());
    }
  }));
}

/** `count` nodes that share actors; all of them take commands for all actors. */
async function costsOfNodes({ bus }: Field, count: number): Promise<Costs> {
  await using stack = new AsyncDisposableStack();
  const nodes = [];
  for (let i = 0; i < count; i++) {
    const args = [bus.realm, `n${i}`, String(CALLERS)];
    nodes.push(stack.use(await startPeer({ script: "_growth_node.ts", args })));
  }
  const share = CALLERS / count;
  // Actors have gone where they belong, and are in memory, when this is over.
  await Promise.all(nodes.map((node) => node.drive({ callers: share, ms: WINDOW_MS })));
  const [first] = nodes;
  const alone = await first?.drive({ callers: 1, ms: WINDOW_MS });
  const together = await Promise.all(
    nodes.map((node) => node.drive({ callers: share, ms: WINDOW_MS })),
  );
  return {
    "a command": alone?.p50Ms ?? Number.NaN,
    [`one of ${CALLERS} at a time`]: median(together.map(({ p50Ms }) => p50Ms)),
  };
}

/** The time that half of them stay under, one after the other. */
async function timesOf(act: () => Promise<unknown>): Promise<number> {
  return (await drive(act, { callers: 1, ms: WINDOW_MS })).p50Ms;
}
