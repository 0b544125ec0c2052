/**
 * The kinds of actors that a node can host: those declared, and their machines' children.
 *
 * @module
 */
import { type AnyActorLogic, StateMachine } from "xstate";
import type { ActorKind } from "./definition.ts";
import { descentOf } from "./family.ts";
import { createMachineScope, type MachineScope } from "./machine_scope.ts";
import { logicOf } from "./run_effect.ts";

/** A kind with surroundings to fold it in. */
export interface KnownKind {
  readonly kind: ActorKind;
  readonly scope: MachineScope;
}

/** Finds kinds by name. */
export interface Kinds {
  find(name: string): KnownKind | undefined;
}

/** Creates the kinds of a node; those of children are made when they are first asked for. */
export function createKinds(declared: readonly ActorKind[]): Kinds {
  const known = new Map(declared.map((kind) => [kind.kind, knownKind(kind)]));

  function find(name: string): KnownKind | undefined {
    const found = known.get(name);
    if (found !== undefined) return found;
    const descent = descentOf(name);
    const parent = descent && find(descent.parent);
    if (parent === undefined) return undefined;
    const logic = logicIn(parent.kind, descent?.src ?? "");
    if (!(logic instanceof StateMachine)) return undefined;
    const made = knownKind(childKind(name, parent.kind, logic));
    known.set(name, made);
    return made;
  }

  return { find };
}

function knownKind(kind: ActorKind): KnownKind {
  return { kind, scope: createMachineScope(kind.machine) };
}

function logicIn({ machine }: ActorKind, src: string): AnyActorLogic | undefined {
  try {
    return logicOf(machine, src);
  } catch {
    return undefined; // Of a state that this version of the machine does not have.
  }
}

/** A child has its parent's version and ways; from outside, nobody speaks to it but its parent. */
function childKind(
  kind: string,
  parent: ActorKind,
  machine: ActorKind["machine"],
): ActorKind {
  const { version, snapshotEvery, passivateAfterMs, access } = parent;
  return {
    kind,
    version,
    machine,
    snapshotEvery,
    passivateAfterMs,
    access,
    refuse: () => "it is a child of another actor, send to that one",
    upcast: (event) => event,
  };
}
