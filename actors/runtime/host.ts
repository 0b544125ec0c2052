/**
 * The actors of one node: keeps its own ones in memory, does what they ask for, and forwards commands
 * for the others.
 *
 * @module
 */
import {
  type Address,
  type Bus,
  createPlacement,
  liveSubject,
  type Membership,
  type Placement,
} from "@hub/bus";
import { type ActiveActors, openActiveActors } from "./active_actors.ts";
import { createActorDuties, type DutyHooks, type DutyPorts } from "./actor_duties.ts";
import type { ActorPorts } from "./actor.ts";
import type { ActorKind } from "./definition.ts";
import { createEffectSlots, type EffectBounds } from "./effect_slots.ts";
import { forward, type Send, serveForwarded } from "./forward.ts";
import { keepOwn } from "./keep_own.ts";
import { createKinds } from "./kinds.ts";
import { openActorLog } from "./log.ts";
import { createResidents, type Residents } from "./residents.ts";
import { openSnapshots, type Unusable } from "./snapshots.ts";
import { openTimers, serveTimers } from "./timers.ts";
import { serveWakes, wake } from "./wake.ts";

/** What a host needs of the world. */
export interface HostOptions extends DutyHooks {
  readonly bus: Bus;
  readonly membership: Membership;
  readonly kinds: readonly ActorKind[];
  readonly now?: () => number;
  readonly effects?: EffectBounds;
  /** How often the node looks for actors of its own that nobody has activated. Default 30,000. */
  readonly sweepMs?: number;
  /** Told of a snapshot that is there and cannot be used. */
  readonly onUnusable?: (address: Address, why: Unusable) => void;
}

/** Hosts actors until it is disposed of; disposing saves what is in memory and stops the effects. */
export interface Host extends AsyncDisposable {
  /**
   * Sends a command to an actor, wherever it is.
   *
   * @throws {CommandError}
   */
  readonly send: Send;
  /** Actors in the memory of this node. */
  readonly active: number;
}

const EFFECTS_PER_ACTOR = 64;

/** Opens a host on a node that has joined the others. */
export async function openHost(options: HostOptions): Promise<Host> {
  const { bus, membership, sweepMs } = options;
  const { node } = membership;
  await using stack = new AsyncDisposableStack();
  const owners = watchOwners(membership);
  stack.defer(owners.forget);
  const active = await openActiveActors(bus, node);

  const send: Send = async (address, command) => {
    const owner = owners.ownerOf(address);
    const forwarded = owner === undefined || owner === node
      ? undefined
      : await forward(bus, { node: owner, address, command });
    // Where the owner is gone, whoever is asked takes its place: the log's fence keeps that safe.
    return forwarded ?? await residents.send(address, command);
  };
  const residents = stack.use(await openResidents(options, { active, owners, send }));
  // What was forwarded is taken here, whoever else may own it by now: no command travels in circles.
  stack.use(await serveForwarded(bus, { node, send: residents.send }));
  const onError = (...about: Parameters<NonNullable<DutyHooks["onError"]>>) =>
    options.onError?.(...about);
  const onWake = (address: Address) =>
    void residents.activate(address).catch((error) => onError(error, { address }));
  stack.use(serveWakes(bus, { node, onWake }));
  stack.use(keepOwn({
    ...{ membership, active, residents, isOwn: owners.isOwn, onError },
    ...(sweepMs === undefined ? {} : { sweepMs }),
  }));
  stack.use(await serveTimers(bus, send));
  const parts = stack.move();
  return {
    send,
    get active() {
      return residents.size;
    },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

interface Owners {
  ownerOf(address: Address): string | undefined;
  isOwn(address: Address): boolean;
  forget(): void;
}

/** Who owns what, as the nodes change. */
function watchOwners(membership: Membership): Owners {
  const current = () => createPlacement(membership.nodes().map(({ id }) => id));
  let placement: Placement = current();
  const forget = membership.onChange(() => placement = current());
  return {
    ownerOf: (address) => placement.ownerOf(address),
    isOwn(address) {
      // A node on which the others may count no more leaves its actors to them, if there are any.
      const counts = membership.isMember() || placement.nodes.length <= 1;
      return counts && placement.ownerOf(address) === membership.node;
    },
    forget,
  };
}

interface ResidentsPorts {
  readonly active: ActiveActors;
  readonly owners: Owners;
  readonly send: Send;
}

async function openResidents(
  { bus, membership, kinds, effects = {}, now = Date.now, onUnusable, ...hooks }: HostOptions,
  { active, owners, send }: ResidentsPorts,
): Promise<Residents> {
  const stores: Pick<ActorPorts, "log" | "snapshots"> = {
    log: await openActorLog(bus),
    snapshots: await openSnapshots(bus),
  };
  const duties: DutyPorts = {
    ...{ send, active, hooks },
    timers: await openTimers(bus),
    slots: createEffectSlots(effects),
    effectsPerActor: effects.perActor ?? EFFECTS_PER_ACTOR,
    publish(address, body) {
      if (!bus.connection.isClosed()) bus.connection.publish(liveSubject(bus.realm, address), body);
    },
  };
  const residents: Residents = createResidents({
    kinds: createKinds(kinds),
    ports: { ...stores, now, ...(onUnusable ? { onUnusable } : {}) },
    isOwn: owners.isOwn,
    createDuties: (address, kind) => createActorDuties(duties, { address, kind }),
    onLeft(address) {
      const owner = owners.ownerOf(address);
      if (owner === undefined) return;
      // It may have come back to this node meanwhile.
      if (owner !== membership.node) return wake(bus, owner, address);
      residents.activate(address).catch((error) => hooks.onError?.(error, { address }));
    },
  });
  return residents;
}
