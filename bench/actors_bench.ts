/**
 * What an actor's command costs, against the one durable write that it cannot do without.
 *
 * Run with `deno task bench bench/actors_bench.ts`. A second node runs in a process of its own.
 *
 * @module
 */
import {
  actorSubject,
  type Address,
  createPlacement,
  joinMembership,
  openBus,
  openStreamReader,
  snapshotSubject,
} from "@hub/bus";
import { initialTransition, transition } from "xstate";
import { load } from "../actors/runtime/load.ts";
import {
  createActiveActor,
  createMachineScope,
  fold,
  type Loaded,
  type LogRecord,
  openActorLog,
  openHost,
  openSnapshots,
} from "../actors/runtime/mod.ts";
import { benchCounter } from "./_actors_kind.ts";

const CALLERS = 64, CALLS_EACH = 50, EVENTS = 10_000;
/** As long as what a commit of one command writes. */
const PAYLOAD = JSON.stringify([{
  ...{ id: "c1234567", event: { type: "ADD", n: 1 }, cause: { from: "caller" }, at: Date.now() },
}]);

const servers = Deno.env.get("HUB_TEST_NATS_URL");
if (servers === undefined) throw new Error("HUB_TEST_NATS_URL is not set");
const realm = `bench-${crypto.randomUUID().slice(0, 13)}`;

const other = (task: string) => ({
  args: ["run", "-A", new URL("./_actors_node.ts", import.meta.url).href, task, realm],
});
const node = new Deno.Command(Deno.execPath(), { ...other("serve"), stdout: "piped" }).spawn();
await node.stdout.getReader().read();
addEventListener(
  "unload",
  () => void new Deno.Command(Deno.execPath(), other("clean")).outputSync(),
);

const bus = await openBus({ servers, name: "bench", realm });
const membership = await joinMembership(bus, { node: "n1" });
const host = await openHost({ bus, membership, kinds: [benchCounter] });
const placement = createPlacement(["n1", "n2"]);
const log = await openActorLog(bus), snapshots = await openSnapshots(bus);
const reader = await openStreamReader(bus);
const scope = createMachineScope(benchCounter.machine);
const kind = { kind: benchCounter, scope };

let count = 0;
/** An actor of a node that nobody has used yet. */
function nextOf(owner: string): Address {
  for (;;) {
    const address = { kind: "bench", id: `a${++count}` };
    if (placement.ownerOf(address) === owner) return address;
  }
}

let commands = 0;
const send = (address: Address) =>
  host.send(address, {
    ...{ id: `c${++commands}`, event: { type: "ADD", n: 1 }, cause: { from: "caller" } },
  });

async function sendTo(address: Address, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await send(address);
}

async function publish(times: number, before?: () => Promise<unknown>): Promise<void> {
  const subject = actorSubject(realm, { kind: "raw", id: `r${++count}` });
  let fence = 0;
  for (let i = 0; i < times; i++) {
    if (before !== undefined) await before();
    const expectedLastSubjectSequence = fence;
    fence = (await bus.requests.publish(subject, PAYLOAD, { expectedLastSubjectSequence })).seq;
  }
}

const together = (one: (at: number) => Promise<void>) =>
  Promise.all(Array.from({ length: CALLERS }, (_, at) => one(at)));

/** Actors in memory, so that it is commands that are measured. */
const mine = Array.from({ length: CALLERS }, () => nextOf("n1"));
const [first = nextOf("n1")] = mine, theirs = nextOf("n2");
await Promise.all([...mine, theirs].map((address) => sendTo(address, 2)));

const floor = { baseline: true };

// A function that is not async would not be waited for.
const ONE = `one actor, 1 caller × ${CALLS_EACH}`;
Deno.bench(
  `fenced publish-ack, ${ONE}`,
  { group: ONE, ...floor },
  async () => await publish(CALLS_EACH),
);
Deno.bench(`command, ${ONE}`, { group: ONE }, async () => await sendTo(first, CALLS_EACH));

const MANY = `64 actors, ${CALLERS} callers × ${CALLS_EACH}`;
Deno.bench(`fenced publish-acks, ${MANY}`, { group: MANY, ...floor }, async () => {
  await together(() => publish(CALLS_EACH));
});
Deno.bench(`commands, ${MANY}`, { group: MANY }, async () => {
  await together((at) => sendTo(mine[at] ?? first, CALLS_EACH));
});

const HOT = `one actor, ${CALLERS} callers × ${CALLS_EACH}`;
Deno.bench(
  `as many fenced publish-acks, one after the other`,
  { group: HOT, ...floor },
  async () => {
    await publish(CALLERS * CALLS_EACH);
  },
);
Deno.bench(`commands, ${HOT}`, { group: HOT }, async () => {
  await together(() => sendTo(first, CALLS_EACH));
});

const FAR = `an actor of another node, 1 caller × ${CALLS_EACH}`;
Deno.bench(`request/reply and fenced publish-ack`, { group: FAR, ...floor }, async () => {
  await publish(CALLS_EACH, () => bus.requests.request(`${realm}.echo`, PAYLOAD));
});
Deno.bench(`command, ${FAR}`, { group: FAR }, async () => await sendTo(theirs, CALLS_EACH));

// --- cold activation ---------------------------------------------------------------------------

const cold = { kind: "bench", id: "cold" };
const writer = createActiveActor({
  ...{ ...kind, log, snapshots, now: Date.now },
  duties: { prepare: () => undefined, perform: () => undefined },
}, cold);
const add = (i: number) => (
  { id: `cold${i}`, event: { type: "ADD", n: 1 }, cause: { from: "caller" } } as const
);
for (let i = 0; i < 1_050; i++) {
  if (i === 1_000) await writer.passivate();
  await writer.send(add(i));
}
const saved = await snapshots.load(benchCounter, cold);
if (typeof saved === "string") throw new Error(`no snapshot: ${saved}`);

const COLD = "cold activation: snapshot with 1,000 command ids, and a tail";
Deno.bench("two reads, nothing done with them", { group: COLD, ...floor }, async () => {
  await reader.last("SNAPSHOTS", snapshotSubject(realm, cold));
  const subject = actorSubject(realm, cold);
  for await (const _ of reader.read("EVENTS", { subject, from: saved.seq + 1 }));
});
Deno.bench("load()", { group: COLD }, async () => {
  const { loaded } = await load({ ...kind, log, snapshots }, cold);
  if (loaded?.state.snapshot.context.count !== 1_050) throw new Error("not what was written");
});

// --- fold ----------------------------------------------------------------------------------------

const records: LogRecord[] = Array.from({ length: EVENTS }, (_, i) => ({
  seq: i + 2,
  version: 1,
  events: [{ ...add(i), at: 0 }],
}));
const start: LogRecord = {
  seq: 1,
  version: 1,
  events: [{ id: "start", event: { type: "xstate.init" }, cause: { from: "start" }, at: 0 }],
};

const FOLD = `fold of ${EVENTS} events`;
Deno.bench("XState's transition(), nothing else", { group: FOLD, ...floor }, () => {
  let [snapshot] = initialTransition(benchCounter.machine);
  for (const { events: [logged] } of records) {
    if (logged) [snapshot] = transition(benchCounter.machine, snapshot, logged.event);
  }
});
Deno.bench("fold()", { group: FOLD }, () => {
  let loaded: Loaded = fold(kind, undefined, start);
  for (const record of records) loaded = fold(kind, loaded, record);
});

// --- replay --------------------------------------------------------------------------------------

const old = { kind: "bench", id: "old" };
let after = 0;
for (const { events } of [start, ...records]) {
  after = await log.append(old, { events, version: 1, after });
}

const REPLAY = `replay of a stored log of ${EVENTS} commits`;
Deno.bench(
  "reading the messages, nothing done with them",
  { group: REPLAY, ...floor },
  async () => {
    for await (const _ of reader.read("EVENTS", { subject: actorSubject(realm, old) }));
  },
);
Deno.bench("read and fold()", { group: REPLAY }, async () => {
  let loaded: Loaded | undefined;
  for await (const record of log.read(old)) loaded = fold(kind, loaded, record);
  if (loaded?.state.count !== EVENTS + 1) throw new Error("not what was written");
});
