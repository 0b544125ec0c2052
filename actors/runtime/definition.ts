/**
 * What makes an XState machine an actor.
 *
 * @module
 */
import type { AccessControl } from "@alkdev/operations";
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { AnyEventObject, AnyStateMachine } from "xstate";
import { REMEMBERED } from "./command_window.ts";

/** What {@linkcode defineActor} needs to know. */
export interface ActorOptions<TMachine extends AnyStateMachine = AnyStateMachine> {
  /** First part of the address: small letters, digits, `-` and `_`. */
  readonly kind: string;
  /** Raised whenever the machine changes in a way that reads old events differently. */
  readonly version: number;
  /** Any machine, unchanged. */
  readonly machine: TMachine;
  /** What a caller may send: a TypeBox schema of events, most often a union. */
  readonly events: TSchema;
  /** Turns an event that an older version accepted into one that this version understands. */
  readonly upcast?: Upcast;
  /**
   * The same for the events of children, which have their own logs and their parent's version: by the
   * name of the child's logic in the machine, `parcel`, and `parcel:label` for a child of that.
   */
  readonly upcastChildren?: Readonly<Record<string, Upcast>>;
  /**
   * Events between two snapshots, each of which spells all that the actor remembers. Default as many
   * as that, and at least 200; of those that send to others, never more than 200.
   */
  readonly snapshotEvery?: number;
  /**
   * Events whose ids an actor remembers, so that a command that is sent again gets its first answer;
   * at most 5,000. More for an actor of which many commands may come before one is sent again.
   * Default 1,000.
   */
  readonly remember?: number;
  /** Time without a command after which the actor leaves memory. Default 60,000. */
  readonly passivateAfterMs?: number;
  /** Who may do what to actors of this kind; the runtime itself keeps nobody away. */
  readonly access?: ActorAccess;
}

/** Turns an event of the log that `version` accepted into one that the present version understands. */
export type Upcast = (event: AnyEventObject, version: number) => AnyEventObject;

/** Who may do what; what is left out is the hub's to decide. */
export interface ActorAccess {
  readonly send?: AccessControl;
  /** To see it, its log, and what it does. */
  readonly read?: AccessControl;
  readonly stop?: AccessControl;
}

/** An actor's kind: its machine and how it is hosted. */
export interface ActorKind {
  readonly kind: string;
  readonly version: number;
  readonly machine: AnyStateMachine;
  readonly snapshotEvery: number;
  readonly remember: number;
  readonly passivateAfterMs: number;
  readonly access: ActorAccess;
  /** What is wrong with an event that a caller sent; `undefined` when nothing is. */
  refuse(event: unknown): string | undefined;
  /** An event of the log as this version understands it. */
  readonly upcast: Upcast;
  readonly upcastChildren: Readonly<Record<string, Upcast>>;
}

const SNAPSHOT_EVERY = 200;
/** All that an actor remembers is in each of its snapshots; and more than one commit holds. */
export const MAX_REMEMBERED = 5_000;
const PASSIVATE_AFTER_MS = 60_000;
/** XState's own events; a caller who could send them could pretend that an effect has succeeded. */
const RESERVED = /^xstate\./;

/** Whether an event's type is one of XState's own. */
export function isReserved(type: string): boolean {
  return RESERVED.test(type);
}

const AnyEvent = Type.Object({ type: Type.String({ minLength: 1, maxLength: 200 }) });
type AnyEvent = Static<typeof AnyEvent>;

/**
 * Declares a kind of actor.
 *
 * @throws {RangeError} If the kind's name, version or memory cannot be used.
 *
 * @example A counter
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { Type } from "@sinclair/typebox";
 * import { assign, setup } from "xstate";
 * import { defineActor } from "./mod.ts";
 *
 * const Add = Type.Object({ type: Type.Literal("ADD"), n: Type.Integer() });
 * const counter = defineActor({
 *   kind: "counter",
 *   version: 1,
 *   events: Add,
 *   machine: setup({
 *     types: { context: {} as { count: number }, events: {} as { type: "ADD"; n: number } },
 *   }).createMachine({
 *     context: { count: 0 },
 *     on: { ADD: { actions: assign({ count: ({ context, event }) => context.count + event.n }) } },
 *   }),
 * });
 * strictEqual(counter.refuse({ type: "ADD", n: 1 }), undefined);
 * strictEqual(counter.refuse({ type: "ADD", n: "1" }), "/n: Expected integer");
 * ```
 */
export function defineActor(options: ActorOptions): ActorKind {
  const { kind, version, machine, events, upcast } = options;
  if (!/^[a-z][a-z0-9_-]{0,62}$/.test(kind)) {
    throw new RangeError(`Cannot name a kind "${kind}": use small letters, digits, - and _`);
  }
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new RangeError(`Cannot use version ${version} of ${kind}: expected 1, 2, 3, …`);
  }
  const remember = options.remember ?? REMEMBERED;
  if (!Number.isSafeInteger(remember) || remember < 1 || remember > MAX_REMEMBERED) {
    throw new RangeError(
      `Cannot remember ${remember} events of ${kind}: expected 1 to ${MAX_REMEMBERED}`,
    );
  }
  return {
    kind,
    version,
    machine,
    remember,
    // More often, the same commands would be spelled again and again: most of what many of them cost.
    snapshotEvery: options.snapshotEvery ?? Math.max(SNAPSHOT_EVERY, remember),
    passivateAfterMs: options.passivateAfterMs ?? PASSIVATE_AFTER_MS,
    access: options.access ?? {},
    refuse: createRefusal(events),
    upcast: (event, from) => from < version && upcast ? upcast(event, from) : event,
    upcastChildren: options.upcastChildren ?? {},
  };
}

function createRefusal(events: TSchema): ActorKind["refuse"] {
  const any = TypeCompiler.Compile(AnyEvent), declared = TypeCompiler.Compile(events);
  return (event) => {
    if (!any.Check(event)) return "expected an object with a type";
    if (isReserved(event.type)) return `events of type ${event.type} are XState's own`;
    if (declared.Check(event)) return undefined;
    const first = declared.Errors(event).First();
    return first === undefined ? "not an event of this kind" : `${first.path}: ${first.message}`;
  };
}
