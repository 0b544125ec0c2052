/**
 * The actors of one node: keeps its own ones in memory and forwards commands for the others.
 *
 * @module
 */
import { type Address, type Bus, createPlacement, type Membership, type Placement } from "@hub/bus";
import type { Action } from "./action.ts";
import { type ActiveActor, createActiveActor } from "./actor.ts";
import { CommandError } from "./command.ts";
import type { ActorKind } from "./definition.ts";
import { forward, type Send, serveForwarded } from "./forward.ts";
import { type ActorLog, openActorLog } from "./log.ts";
import { createMachineScope, type MachineScope } from "./machine_scope.ts";
import { openSnapshots, type Snapshots, type Unusable } from "./snapshots.ts";

/** What a host needs of the world. */
export interface HostOptions {
  readonly bus: Bus;
  readonly membership: Membership;
  readonly kinds: readonly ActorKind[];
  readonly now?: () => number;
  /** Does what commits ask for. */
  readonly perform?: (address: Address, actions: readonly Action[]) => Promise<void>;
  readonly onUnusable?: (address: Address, why: Unusable) => void;
}

/** Hosts actors until it is disposed of; disposing saves what is in memory. */
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

/** Opens a host on a node that has joined the others. */
export async function openHost(options: HostOptions): Promise<Host> {
  const { bus, membership } = options;
  const log = await openActorLog(bus), snapshots = await openSnapshots(bus);
  const actors = createActors(options, { log, snapshots });
  let placement: Placement = placementOf(membership);
  const forget = membership.onChange(() => placement = placementOf(membership));

  const send: Send = async (address, command) => {
    const owner = placement.ownerOf(address);
    const forwarded = owner === undefined || owner === membership.node
      ? undefined
      : await forward(bus, { node: owner, address, command });
    // Where the owner is gone, whoever is asked takes its place: the log's fence keeps that safe.
    return forwarded ?? await actors.send(address, command);
  };
  // What was forwarded is taken here, whoever else may own it by now: no command travels in circles.
  const serving = await serveForwarded(bus, { node: membership.node, send: actors.send });
  return {
    send,
    get active() {
      return actors.size;
    },
    async [Symbol.asyncDispose]() {
      forget();
      await serving[Symbol.asyncDispose]();
      await actors[Symbol.asyncDispose]();
    },
  };
}

function placementOf(membership: Membership): Placement {
  return createPlacement(membership.nodes().map(({ id }) => id));
}

interface Stores {
  readonly log: ActorLog;
  readonly snapshots: Snapshots;
}

interface Resident {
  readonly actor: ActiveActor;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** The actors in memory. */
function createActors(options: HostOptions, stores: Stores) {
  const kinds = new Map<string, { kind: ActorKind; scope: MachineScope }>(
    options.kinds.map((kind) => [kind.kind, { kind, scope: createMachineScope(kind.machine) }]),
  );
  const residents = new Map<string, Resident>();

  function residentFor(address: Address): Resident {
    const key = `${address.kind}/${address.id}`;
    const found = residents.get(key);
    if (found) clearTimeout(found.timer);
    const known = kinds.get(address.kind);
    if (known === undefined) {
      throw new CommandError("VALIDATION_ERROR", `There is no kind of actor "${address.kind}"`);
    }
    const resident: Resident = found ?? { actor: activate(known, address), timer: undefined };
    resident.timer = setTimeout(() => void leave(key, resident), known.kind.passivateAfterMs);
    residents.set(key, resident);
    return resident;
  }

  function activate(
    { kind, scope }: { kind: ActorKind; scope: MachineScope },
    address: Address,
  ): ActiveActor {
    const { now = Date.now, perform = () => Promise.resolve(), onUnusable } = options;
    const told = onUnusable ? { onUnusable } : {};
    return createActiveActor({ ...stores, ...told, kind, scope, now, perform }, address);
  }

  /** A command that comes while the snapshot is saved finds the actor still in its place. */
  async function leave(key: string, resident: Resident): Promise<void> {
    const { timer } = resident;
    await resident.actor.passivate().catch(() => undefined);
    if (resident.timer === timer && resident.actor.waiting === 0) residents.delete(key);
  }

  const send: Send = async (address, command) => {
    return await residentFor(address).actor.send(command);
  };
  return {
    send,
    get size() {
      return residents.size;
    },
    async [Symbol.asyncDispose]() {
      for (const { timer } of residents.values()) clearTimeout(timer);
      await Promise.all([...residents].map(([key, resident]) => leave(key, resident)));
    },
  };
}
