/**
 * Brings an actor into memory: its snapshot, and the rest of its log.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import type { Action } from "./action.ts";
import type { ActorKind } from "./definition.ts";
import { addressText } from "./family.ts";
import { fold } from "./fold.ts";
import { type ActorLog, NotInLog } from "./log.ts";
import type { MachineScope } from "./machine_scope.ts";
import { type Loaded, restore } from "./persist.ts";
import type { Saved } from "./saver.ts";
import type { Snapshots, Unusable } from "./snapshots.ts";

/** What is needed to load an actor. */
export interface LoadPorts {
  readonly kind: ActorKind;
  readonly scope: MachineScope;
  readonly log: ActorLog;
  readonly snapshots: Snapshots;
  /** Told of a snapshot that is there and cannot be used, or of one that cannot be made. */
  readonly onUnusable?: (address: Address, why: Unusable) => void;
}

/** An actor from its log. */
export interface LoadedActor {
  /** `undefined` when nothing has ever happened to it. */
  readonly loaded: Loaded | undefined;
  /** What the events after the snapshot asked for; it may not have been done. */
  readonly actions: readonly Action[];
  /** How far the snapshot has come, if there was one to be used. */
  readonly saved?: Saved;
}

/**
 * Loads an actor: from its snapshot where there is a good one, else from the beginning.
 *
 * @throws {Error} naming the message that cannot be read or folded.
 */
export async function load(ports: LoadPorts, address: Address): Promise<LoadedActor> {
  const snapshot = await fromSnapshot(ports, address);
  try {
    return await foldOn(ports, address, snapshot);
  } catch (error) {
    if (!(error instanceof NotInLog)) throw error;
    // The log was removed, or is an older copy: what was folded from another one is worth nothing.
    ports.onUnusable?.(address, "of another log");
    return await foldOn(ports, address, undefined);
  }
}

async function foldOn(
  { kind, scope, log }: LoadPorts,
  address: Address,
  snapshot: Loaded | undefined,
): Promise<LoadedActor> {
  const actions: Action[] = [];
  let loaded = snapshot;
  const tail = log.read(address, snapshot === undefined ? {} : { after: snapshot.seq });
  for await (const record of tail) {
    try {
      loaded = fold({ kind, scope }, loaded, record, (step) => actions.push(...step.actions));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const what = `message ${record.seq} of ${addressText(address)}`;
      throw new Error(`Cannot take up ${what}: ${reason}`, { cause });
    }
  }
  if (snapshot === undefined) return { loaded, actions };
  return { loaded, actions, saved: { seq: snapshot.seq, count: snapshot.state.count } };
}

async function fromSnapshot(ports: LoadPorts, address: Address): Promise<Loaded | undefined> {
  const { kind, scope, snapshots, onUnusable } = ports;
  const persisted = await snapshots.load(kind, address);
  if (typeof persisted !== "string") {
    try {
      return restore(persisted, { kind, scope });
    } catch {
      // The log is the truth; a snapshot that the machine cannot restore is only a lost shortcut.
      onUnusable?.(address, "damaged");
      return undefined;
    }
  }
  if (persisted !== "none") onUnusable?.(address, persisted);
  return undefined;
}
