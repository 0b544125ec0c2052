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
    const src = descent?.src ?? "";
    const logic = logicIn(parent.kind, src);
    if (!(logic instanceof StateMachine)) return undefined;
    const made = knownKind(childKind(parent.kind, { kind: name, src, machine: logic }));
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
  parent: ActorKind,
  { kind, src, machine }: Pick<ActorKind, "kind" | "machine"> & { readonly src: string },
): ActorKind {
  const { version, snapshotEvery, remember, passivateAfterMs, access, upcastChildren } = parent;
  const upcast = upcastChildren[src];
  return {
    kind,
    version,
    machine,
    snapshotEvery,
    remember,
    passivateAfterMs,
    access,
    refuse: () => "it is a child of another actor, send to that one",
    upcast: (event, from) => from < version && upcast ? upcast(event, from) : event,
    upcastChildren: below(src, upcastChildren),
  };
}

/** What is said of the children of `src`, by their own names. */
function below(
  src: string,
  upcasts: ActorKind["upcastChildren"],
): ActorKind["upcastChildren"] {
  const prefix = `${src}:`;
  const theirs = Object.entries(upcasts).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(theirs.map(([name, upcast]) => [name.slice(prefix.length), upcast]));
}
