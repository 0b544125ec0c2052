/**
 * An actor's state as a plain value, and back.
 *
 * @module
 */
import type { AnyMachineSnapshot, Snapshot } from "xstate";
import { type CommandWindow, createCommandWindow } from "./command_window.ts";
import type { ActorKind } from "./definition.ts";
import type { MachineScope } from "./machine_scope.ts";
import type { Parent } from "./record.ts";
import type { ActorState, Child, Effect, Outcome, Position, Timer } from "./state.ts";

/** Raised when the shape below changes: older ones are ignored in favour of the log. */
export const PERSISTED_FORMAT = 1;

type Place = readonly [seq: number, index: number];
type Placed<T extends { readonly since: Position }> = Omit<T, "since"> & { readonly since: Place };

/** What a snapshot message holds. */
export interface PersistedActor {
  readonly format: typeof PERSISTED_FORMAT;
  /** Version of the machine that folded it. */
  readonly version: number;
  /** Sequence of the last message of the log that is contained. */
  readonly seq: number;
  readonly count: number;
  readonly snapshot: Snapshot<unknown>;
  readonly parent?: Parent;
  readonly effects: readonly Placed<Effect>[];
  readonly timers: readonly Placed<Timer>[];
  readonly children: readonly Placed<Child>[];
  readonly window: readonly (readonly [id: string, at: Place, value: unknown, changed: boolean])[];
}

/** An actor as its owner holds it in memory. */
export interface Loaded {
  readonly state: ActorState;
  readonly seq: number;
  readonly window: CommandWindow;
}

/** Spells an actor as a plain value. Equal logs give equal values, byte for byte. */
export function persist(kind: ActorKind, { state, seq, window }: Loaded): PersistedActor {
  return {
    format: PERSISTED_FORMAT,
    version: kind.version,
    seq,
    count: state.count,
    snapshot: kind.machine.getPersistedSnapshot(state.snapshot),
    ...(state.parent === undefined ? {} : { parent: state.parent }),
    effects: [...state.effects.values()].map(withPlace),
    timers: [...state.timers.values()].map(withPlace),
    children: [...state.children.values()].map(withPlace),
    window: Array.from(
      window.entries(),
      ([id, { position, value, changed }]) => [id, placeOf(position), value, changed] as const,
    ),
  };
}

export interface RestoreOptions {
  readonly kind: ActorKind;
  readonly scope: MachineScope;
  readonly windowSize: number;
}

/** Makes of such a value what it was made from. */
export function restore(persisted: PersistedActor, options: RestoreOptions): Loaded {
  const { kind, scope, windowSize } = options;
  const snapshot: AnyMachineSnapshot = kind.machine.restoreSnapshot(
    persisted.snapshot,
    scope.scope,
  );
  return {
    seq: persisted.seq,
    state: {
      snapshot,
      parent: persisted.parent,
      effects: byId(persisted.effects),
      timers: byId(persisted.timers),
      children: byId(persisted.children),
      count: persisted.count,
    },
    window: createCommandWindow(windowSize, persisted.window.map(outcomeOf)),
  };
}

function placeOf({ commit: { seq }, index }: Position): Place {
  return [seq, index];
}

function positionOf([seq, index]: Place): Position {
  return { commit: { seq }, index };
}

function withPlace<T extends { readonly since: Position }>(item: T): Placed<T> {
  return { ...item, since: placeOf(item.since) };
}

function byId<T extends { readonly id: string; readonly since: Place }>(items: readonly T[]) {
  return new Map(items.map((item) => [item.id, { ...item, since: positionOf(item.since) }]));
}

function outcomeOf(
  [id, at, value, changed]: PersistedActor["window"][number],
): readonly [string, Outcome] {
  return [id, { position: positionOf(at), value, changed }];
}
