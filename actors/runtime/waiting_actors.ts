/**
 * Who waits for a timer and has nothing else to do: a key in bucket `WAITING` for each such actor, that
 * says when its next timer is due. A timer that NATS has lost is found by what is overdue there.
 *
 * The key is put before the one in `ACTIVE` is removed, so that an actor with armed timers always has
 * one of the two. What a key says may be old: until its actor rests again, or leaves memory. If its
 * node dies before that, the actor is looked at once in vain, and the key goes.
 *
 * @module
 */
import { type Address, type Bus, decodeJson } from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { openActorKeys } from "./actor_keys.ts";

/** The keys of a realm's waiting actors. */
export interface WaitingActors {
  /** Says when the next timer of an actor is due; resolves with the revision of its key. @throws {BusError} */
  note(address: Address, dueAt: number): Promise<number>;
  /** Removes the key, unless somebody has put it again since. @throws {BusError} */
  forget(address: Address, revision: number): Promise<void>;
  /** Revision of an actor's key, if there is one. @throws {BusError} */
  find(address: Address): Promise<number | undefined>;
  /** Those whose next timer was due before a moment. @throws {BusError} */
  overdue(before: number): AsyncIterable<Address>;
}

const Wait = TypeCompiler.Compile(Type.Object({ dueAt: Type.Number() }));

/** Opens the keys. */
export function openWaitingActors(bus: Bus): WaitingActors {
  const keys = openActorKeys(bus, "WAITING");
  return {
    note: (address, dueAt) => keys.put(address, { dueAt }),
    forget: (address, revision) => keys.remove(address, revision),
    async find(address) {
      for await (const { revision } of keys.list(address)) return revision;
      return undefined;
    },
    async *overdue(before) {
      for await (const { address, value } of keys.list()) {
        if (dueAtOf(value) < before) yield address;
      }
    },
  };
}

/** Whoever cannot be read is looked at: that puts the key anew. */
function dueAtOf(value: Uint8Array): number {
  try {
    const wait = decodeJson(value);
    return Wait.Check(wait) ? wait.dueAt : -Infinity;
  } catch {
    return -Infinity;
  }
}
