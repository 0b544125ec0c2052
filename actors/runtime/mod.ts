/**
 * Hosts machines on the bus: any XState machine becomes a durable actor with an address.
 *
 * The rules are pure and have no surroundings: {@linkcode decide} says what a group of commands does,
 * {@linkcode fold} what a log amounts to, {@linkcode persist} and {@linkcode restore} how an actor is
 * stored. {@linkcode createActiveActor} is the shell around them: a mailbox that commits in groups.
 * {@linkcode openHost} keeps the actors of one node, finds those of the others, and shows, lists and
 * stops them all; what they do is told on their live subjects, see {@linkcode parseLiveMessages}.
 *
 * @module
 */
export type { Action, SendId } from "./action.ts";
export { type ActiveActor, type ActorPorts, type Committed, createActiveActor } from "./actor.ts";
export type { DutyHooks } from "./actor_duties.ts";
export { actorRef } from "./actor_ref.ts";
export { type Answer, type Command, CommandError, type CommandErrorCode } from "./command.ts";
export { decide, type DecideContext, type Decision, type Refusal, type Verdict } from "./decide.ts";
export {
  type ActorAccess,
  type ActorKind,
  type ActorOptions,
  defineActor,
  type Upcast,
} from "./definition.ts";
export type { Dropped } from "./deliveries.ts";
export type { Asked, Duties } from "./duties.ts";
export type { EffectBounds } from "./effect_slots.ts";
export { addressText, childAddress, parseAddress } from "./family.ts";
export { fold, type FoldContext } from "./fold.ts";
export { type Host, type HostOptions, openHost } from "./host.ts";
export { idempotencyKey } from "./idempotency_key.ts";
export { createKinds, type Kinds, type KnownKind } from "./kinds.ts";
export {
  type ActorLister,
  type ActorPage,
  createActorLister,
  type ListOptions,
} from "./list_actors.ts";
export { type LiveMessage, parseLiveMessages } from "./live.ts";
export {
  type ActorLog,
  type Append,
  DamagedCommit,
  MAX_COMMIT_BYTES,
  openActorLog,
} from "./log.ts";
export { createMachineScope, type MachineScope } from "./machine_scope.ts";
export { noteAll } from "./note_all.ts";
export type { Parked, ParkingHooks } from "./parking.ts";
export { type Loaded, persist, type PersistedActor, restore } from "./persist.ts";
export type { Cause, LoggedEvent, LogRecord, Parent } from "./record.ts";
export { findReply, type Question, type Reply } from "./reply.ts";
export { openSnapshots, type Snapshots, type Unusable } from "./snapshots.ts";
export type { ActorState, Child, Effect, Outcome, Position, Target, Timer } from "./state.ts";
export type { ActorView, Get } from "./view.ts";
