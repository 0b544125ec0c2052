/**
 * The actors of one node: keeps its own ones in memory, does what they ask for, and forwards commands
 * for the others.
 *
 * @module
 */
import type { Address, Bus, Membership } from "@hub/bus";
import { type ActiveActors, openActiveActors } from "./active_actors.ts";
import { createActorDuties, type DutyHooks, type DutyPorts } from "./actor_duties.ts";
import type { ActorPorts } from "./actor.ts";
import type { ActorKind } from "./definition.ts";
import { createEffectSlots, type EffectBounds } from "./effect_slots.ts";
import { type Answer, type Command, CommandError } from "./command.ts";
import { STOP } from "./family.ts";
import { forward, forwardGet, type Send, serveForwarded } from "./forward.ts";
import { keepOwn, SWEEP_MS } from "./keep_own.ts";
import { createKinds, type Kinds } from "./kinds.ts";
import { type ActorPage, createActorLister, type ListOptions } from "./list_actors.ts";
import { openLive } from "./live.ts";
import { openActorLog } from "./log.ts";
import { createResidents, type Residents } from "./residents.ts";
import { createParking, type Parking } from "./parking.ts";
import { LATE_MS, listWithOverdue } from "./overdue.ts";
import { plainCommand } from "./plain_command.ts";
import { type Owners, watchOwners } from "./owners.ts";
import { openSnapshots, type Unusable } from "./snapshots.ts";
import { openTimers, serveTimers } from "./timers.ts";
import type { Get } from "./view.ts";
import { openWaitingActors, type WaitingActors } from "./waiting_actors.ts";
import { serveWakes, wake } from "./wake.ts";

/** What a host needs of the world. */
export interface HostOptions extends DutyHooks {
  readonly bus: Bus;
  readonly membership: Membership;
  readonly kinds: readonly ActorKind[];
  readonly now?: () => number;
  readonly effects?: EffectBounds;
  /** Actors in memory; above that, those leave it that were not needed longest. Default 50,000. */
  readonly maxActors?: number;
  /** Deliveries of one actor that may wait; above that it refuses its callers. Default 4,096. */
  readonly maxUndone?: number;
  /** Longest pause between two tries to deliver to an actor that has to be repaired. Default 30,000. */
  readonly parkedMs?: number;
  /** How long a node that stops saves what is in its memory. Default 5,000. */
  readonly saveMs?: number;
  /** How often the node looks for actors of its own that nobody has activated. Default 30,000. */
  readonly sweepMs?: number;
  /** How late a timer has to be to be armed again. Default 30,000. */
  readonly lateMs?: number;
  /** Told of a snapshot that is there and cannot be used, or of one that cannot be made. */
  readonly onUnusable?: (address: Address, why: Unusable) => void;
}

/** Hosts actors until it is disposed of; disposing saves what is in memory and stops the effects. */
export interface Host extends AsyncDisposable {
  /**
   * Sends a command to an actor, wherever it is; the first one makes it.
   *
   * @throws {CommandError}
   */
  readonly send: Send;
  /**
   * Says how an actor is, as its owner has it; nothing is written. `undefined`: it never began.
   *
   * @throws {CommandError}
   */
  readonly get: Get;
  /**
   * Ends an actor, whatever state it is in, with all that it began; again, it gives the same answer.
   * `undefined`: it never began.
   *
   * @throws {CommandError} `ILLEGAL_STATE` when it had ended by itself, `VALIDATION_ERROR` when it is
   * a child: those are stopped by their parents.
   */
  stop(address: Address, options?: { readonly by?: string }): Promise<Answer | undefined>;
  /** Lists actors, by what is in the logs. @throws {RangeError | BusError} */
  list(options?: ListOptions): Promise<ActorPage>;
  /** Node on which an actor lives, or would. */
  owner(address: Address): string | undefined;
  /** Actors in the memory of this node. */
  readonly active: number;
  /** Deliveries of this node's actors that wait for their receiver to be repaired. */
  readonly parked: number;
}

const EFFECTS_PER_ACTOR = 64;
const MAX_UNDONE = 4_096;

/** Opens a host on a node that has joined the others. */
export async function openHost(options: HostOptions): Promise<Host> {
  const { bus, membership, now = Date.now, sweepMs = SWEEP_MS, lateMs = LATE_MS } = options;
  const { node } = membership;
  await using stack = new AsyncDisposableStack();
  const owners = stack.use(watchOwners(membership));
  const active = openActiveActors(bus, node), waiting = openWaitingActors(bus);

  // Where the owner is gone, whoever is asked takes its place: the log's fence keeps that safe.
  const sendFar: Send = async (address, command) => {
    const asked = await owners.ask(
      address,
      (owner, signal) => forward(bus, { node: owner, signal, address, command }),
    );
    return asked ?? await residents.send(address, command);
  };
  // Not async, like whatever else each command passes through: a promise less.
  const send: Send = (address, command) =>
    owners.otherThanThis(address) === undefined
      ? residents.send(address, command)
      : sendFar(address, command);
  const get: Get = async (address) => {
    const asked = await owners.ask(
      address,
      (owner, signal) => forwardGet(bus, { node: owner, signal, address }),
    );
    return asked === undefined ? await residents.get(address) : asked.view;
  };
  const awaken = (address: Address) => keeper.awaken(address);
  const { onParked, onUnparked, parkedMs } = options;
  const parking = createParking({
    ...(onParked && { onParked }),
    ...(onUnparked && { onUnparked }),
    ...(parkedMs === undefined ? {} : { longestMs: parkedMs }),
  });
  const kinds = createKinds(options.kinds);
  const ports = { active, waiting, kinds, owners, send, awaken, parking };
  const residents = stack.use(await openResidents(options, ports));
  const onError = (...about: Parameters<NonNullable<DutyHooks["onError"]>>) =>
    options.onError?.(...about);
  const keeper = stack.use(keepOwn({
    ...{ bus, membership, residents, isOwn: owners.isOwn, onError, sweepMs },
    active: listWithOverdue({
      ...{ active, waiting, now, sweepMs, lateMs },
      isKnown: ({ kind }) => kinds.find(kind) !== undefined,
    }),
  }));
  // What was forwarded is taken here, whoever else may own it by now: no command travels in circles.
  stack.use(await serveForwarded(bus, { node, owned: residents }));
  stack.use(serveWakes(bus, { node, onWake: awaken }));
  stack.use(await serveTimers(bus, { send, onError }));
  const lister = stack.use(createActorLister(bus));
  const parts = stack.move();
  return {
    ...{ get, owner: owners.ownerOf },
    send: async (address, command) => await send(address, plainCommand(command)),
    stop: (address, { by } = {}) => stop(send, address, by),
    list: lister.list,
    get active() {
      return residents.size;
    },
    get parked() {
      return parking.size;
    },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

async function stop(send: Send, address: Address, by?: string): Promise<Answer | undefined> {
  const command: Command = { id: "stop", event: STOP, cause: { from: "stop" } };
  try {
    return await send(address, by === undefined ? command : { ...command, by });
  } catch (error) {
    // Nobody to be stopped.
    if (error instanceof CommandError && error.code === "STALE") return undefined;
    throw error;
  }
}

interface ResidentsPorts {
  readonly active: ActiveActors;
  readonly waiting: WaitingActors;
  readonly kinds: Kinds;
  readonly owners: Owners;
  readonly send: Send;
  readonly awaken: (address: Address) => void;
  readonly parking: Parking;
}

async function openResidents(
  options: HostOptions,
  { active, waiting, kinds, owners, send, awaken, parking }: ResidentsPorts,
): Promise<Residents> {
  const { bus, membership, kinds: _kinds, effects = {}, now = Date.now, ...rest } = options;
  const { maxActors, saveMs, onUnusable, maxUndone = MAX_UNDONE, lateMs = LATE_MS, ...hooks } =
    rest;
  const live = openLive(bus, hooks), log = await openActorLog(bus);
  const stores: Pick<ActorPorts, "log" | "snapshots"> = {
    log: {
      ...log,
      append(address, append) {
        // A write for itself costs as much as a commit; a busy node always has one at hand.
        live.flush();
        return log.append(address, append);
      },
    },
    snapshots: await openSnapshots(bus),
  };
  const duties: DutyPorts = {
    ...{ send, active, waiting, hooks, parking, isLast: log.isLast, now, lateMs },
    timers: await openTimers(bus),
    slots: createEffectSlots(effects),
    effectsPerActor: effects.perActor ?? EFFECTS_PER_ACTOR,
    maxUndone,
    publish: live.publish,
  };
  return createResidents({
    node: membership.node,
    kinds,
    ports: {
      ...stores,
      now,
      onCommitted: live.committed,
      ...(onUnusable ? { onUnusable } : {}),
    },
    ...(maxActors === undefined ? {} : { maxActors }),
    ...(saveMs === undefined ? {} : { saveMs }),
    isOwn: owners.isOwn,
    createDuties: (address, kind) => createActorDuties(duties, { address, kind }),
    onLeft(address) {
      const owner = owners.otherThanThis(address);
      // It may have come back to this node meanwhile.
      if (owner === undefined) awaken(address);
      else wake(bus, owner, address);
    },
  });
}
