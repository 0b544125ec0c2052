/** Nodes with hosts on them, that a test may crash; for tests. */
import { strictEqual } from "node:assert/strict";
import {
  actorFilter,
  type Address,
  backOff,
  type Bus,
  BusError,
  createPlacement,
  joinMembership,
  type Membership,
  openStreamReader,
  parseActorSubject,
} from "@hub/bus";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { bytesOf } from "./_simulate.ts";
import { type Answer, CommandError } from "./command.ts";
import { type ActorKind, isReserved } from "./definition.ts";
import { fold } from "./fold.ts";
import { type Host, type HostOptions, openHost } from "./host.ts";
import { createKinds } from "./kinds.ts";
import { load } from "./load.ts";
import { openActorLog } from "./log.ts";
import type { Loaded } from "./persist.ts";
import type { LoggedEvent, LogRecord } from "./record.ts";
import { openSnapshots } from "./snapshots.ts";

/** One node. */
export interface TestNode extends AsyncDisposable {
  readonly node: string;
  readonly host: Host;
  readonly bus: Bus;
  readonly membership: Membership;
  readonly realm: string;
  /** Takes the connection away, as a process that dies does: nothing is said or saved any more. */
  crash(): Promise<void>;
  /** Sends as a caller would. */
  send(address: Address, event: LoggedEvent["event"], id?: string): Promise<Answer>;
}

/** What a node is started with. */
export type TestNodeOptions = Partial<Omit<HostOptions, "bus" | "membership">> & {
  readonly kinds: readonly ActorKind[];
  /** Of a node that was started before; that one checks all logs when it ends. */
  readonly realm?: string;
  readonly servers?: string;
  readonly ttlMs?: number;
  /** What the host gets in place of the connection as it is. */
  readonly through?: (bus: Bus) => Bus;
};

/** A realm whose logs are checked against what is stored, when it ends. */
export interface TestWorld extends AsyncDisposable {
  readonly bus: Bus;
  readonly realm: string;
}

let ids = 0;

/** Creates a realm for nodes to be started in. */
export async function createWorld(
  { kinds, servers, replicas }: {
    readonly kinds: readonly ActorKind[];
    readonly servers?: string;
    readonly replicas?: number;
  },
): Promise<TestWorld> {
  await using stack = new AsyncDisposableStack();
  const { bus } = stack.use(
    await testBus({
      reconnectWaitMs: 20,
      ...(servers === undefined ? {} : { servers }),
      ...(replicas === undefined ? {} : { replicas }),
    }),
  );
  stack.defer(() => checkLogs(bus, kinds));
  const parts = stack.move();
  return { bus, realm: bus.realm, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

/** Starts a node, with a world of its own unless it is given a realm. */
export async function startNode(node: string, options: TestNodeOptions): Promise<TestNode> {
  const { realm, servers, ttlMs = 1_000, kinds, through = (bus) => bus } = options;
  await using stack = new AsyncDisposableStack();
  if (realm === undefined) {
    const world = stack.use(
      await createWorld({ kinds, ...(servers === undefined ? {} : { servers }) }),
    );
    const started = stack.use(await startNode(node, { ...options, realm: world.realm }));
    const all = stack.move();
    return { ...started, [Symbol.asyncDispose]: () => all[Symbol.asyncDispose]() };
  }
  const { bus } = stack.use(
    await testBus({ realm, reconnectWaitMs: 20, ...(servers === undefined ? {} : { servers }) }),
  );
  const heartbeatMs = ttlMs / 4;
  const membership = stack.use(await joinMembership(bus, { node, ttlMs, heartbeatMs }));
  const host = stack.use(await openHost({ ...options, bus: through(bus), membership }));
  const parts = stack.move();
  return {
    ...{ node, host, bus, membership, realm },
    crash: () => bus.connection.close(),
    send: (address, event, id = `caller:${ids++}`) =>
      host.send(address, { id, event, cause: { from: "caller" } }),
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** An id of which `node` becomes the owner among `nodes`. */
export function ownedBy(node: string, { kind, among }: { kind: string; among: string[] }): Address {
  const placement = createPlacement(among);
  for (let i = 0;; i++) {
    const address = { kind, id: `a${i}` };
    if (placement.ownerOf(address) === node) return address;
  }
}

/** The log of one actor. */
export async function logOf(bus: Bus, address: Address): Promise<LogRecord[]> {
  return await Array.fromAsync((await openActorLog(bus)).read(address));
}

/** The events of one actor, in order. */
export async function eventsOf(bus: Bus, address: Address): Promise<LoggedEvent[]> {
  return (await logOf(bus, address)).flatMap(({ events }) => events);
}

/** The types of its events, without those of XState's own if asked for. */
export async function typesOf(
  bus: Bus,
  address: Address,
  { own = true }: { own?: boolean } = {},
): Promise<string[]> {
  const types = (await eventsOf(bus, address)).map(({ event }) => event.type);
  return own ? types : types.filter((type) => !isReserved(type));
}

/** Waits until an actor's log has an event of a type. */
export async function logged(bus: Bus, address: Address, type: string): Promise<LoggedEvent> {
  return await until(
    async () => (await eventsOf(bus, address)).find(({ event }) => event.type === type),
    { what: `${type} in the log of ${address.kind}/${address.id}` },
  );
}

/** Sends again, with the same id, until there is an answer or a refusal: what a careful caller does. */
export async function sendUntilAnswered(
  send: () => Promise<Answer>,
  { timeoutMs = 60_000 }: { readonly timeoutMs?: number } = {},
): Promise<Answer> {
  const deadline = performance.now() + timeoutMs;
  for (let tries = 1;; tries++) {
    try {
      return await send();
    } catch (error) {
      const isRetryable = error instanceof CommandError || error instanceof BusError;
      if (!isRetryable || !error.retryable || performance.now() > deadline) throw error;
    }
    await backOff(Math.min(tries, 3));
  }
}

/** Every log of a realm folds to the bytes that its snapshot and what came after it amount to. */
async function checkLogs(bus: Bus, declared: readonly ActorKind[]): Promise<void> {
  const kinds = createKinds(declared);
  await until(() => bus.status === "connected", { what: "the connection of the test" });
  const reader = await openStreamReader(bus);
  const log = await openActorLog(bus), snapshots = await openSnapshots(bus);
  const subjects = new Set<string>();
  for await (const { subject } of reader.read("EVENTS", { subject: actorFilter(bus.realm) })) {
    subjects.add(subject);
  }
  for (const subject of subjects) {
    const { kind: name, id } = parseActorSubject(subject);
    const known = kinds.find(name);
    if (known === undefined) throw new Error(`No kind for ${subject}`);
    let folded: Loaded | undefined;
    for (const record of await logOf(bus, { kind: name, id })) {
      folded = fold(known, folded, record);
    }
    const { loaded } = await load({ ...known, log, snapshots }, { kind: name, id });
    const bytes = (one: Loaded | undefined) => one && bytesOf(known.kind, one);
    strictEqual(bytes(loaded), bytes(folded), subject);
  }
}
