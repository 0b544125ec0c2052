/**
 * An actor's state as a plain value, and back.
 *
 * @module
 */
import type { AnyMachineSnapshot, Snapshot } from "xstate";
import { type CommandWindow, createCommandWindow, REMEMBERED } from "./command_window.ts";
import { NOTHING } from "./copied.ts";
import type { ActorKind } from "./definition.ts";
import type { MachineScope } from "./machine_scope.ts";
import type { Parent } from "./record.ts";
import type { ActorState, Child, Effect, Outcome, Position, Timer } from "./state.ts";

/**
 * Raised when the shape below changes: older ones are ignored in favour of the log. 2: a command is
 * remembered by its caller as well as by its id, with what it made the actor emit.
 */
export const PERSISTED_FORMAT = 2;

type Place = readonly [seq: number, index: number];
type Placed<T extends { readonly since: Position }> = Omit<T, "since"> & { readonly since: Place };

/** What a snapshot message holds. */
export interface PersistedActor {
  readonly format: typeof PERSISTED_FORMAT;
  /** Version of the machine that folded it. */
  readonly version: number;
  /** How many events it remembers, if not as many as usual. */
  readonly remember?: number;
  /** Sequence of the last message of the log that is contained. */
  readonly seq: number;
  readonly count: number;
  readonly snapshot: Snapshot<unknown>;
  readonly parent?: Parent;
  readonly effects: readonly Placed<Effect>[];
  readonly timers: readonly Placed<Timer>[];
  readonly children: readonly Placed<Child>[];
  readonly window: readonly Remembered[];
}

/** A command of the window. */
type Remembered = readonly [
  ...[key: string, at: Place, value: unknown, changed: boolean],
  emitted?: string,
];

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
    ...(kind.remember === REMEMBERED ? {} : { remember: kind.remember }),
    seq,
    count: state.count,
    snapshot: kind.machine.getPersistedSnapshot(state.snapshot),
    ...(state.parent === undefined ? {} : { parent: state.parent }),
    effects: [...state.effects.values()].map(withPlace),
    timers: [...state.timers.values()].map(withPlace),
    children: [...state.children.values()].map(withPlace),
    window: Array.from(window.entries(), rememberedOf),
  };
}

export interface RestoreOptions {
  readonly kind: ActorKind;
  readonly scope: MachineScope;
}

/** Makes of such a value what it was made from. */
export function restore(persisted: PersistedActor, options: RestoreOptions): Loaded {
  const { kind, scope } = options;
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
    window: createCommandWindow(kind.remember, persisted.window.map(outcomeOf)),
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

function byId<T extends { readonly id: string; readonly since: Place }>(
  items: readonly T[],
): ReadonlyMap<string, Omit<T, "since"> & { readonly since: Position }> {
  if (items.length === 0) return NOTHING;
  return new Map(items.map((item) => [item.id, { ...item, since: positionOf(item.since) }]));
}

function rememberedOf([key, outcome]: readonly [string, Outcome]): Remembered {
  const { position, value, changed, emitted } = outcome;
  const remembered = [key, placeOf(position), value, changed] as const;
  return emitted === undefined ? remembered : [...remembered, emitted];
}

function outcomeOf([key, at, value, changed, emitted]: Remembered): readonly [string, Outcome] {
  const outcome = { position: positionOf(at), value, changed };
  return [key, emitted === undefined ? outcome : { ...outcome, emitted }];
}
