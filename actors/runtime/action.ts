/**
 * What has to be done once a commit is durable.
 *
 * @module
 */
import type { AnyEventObject, ExecutableActionObject } from "xstate";
import type { Child, Effect, Position, Target, Timer } from "./state.ts";

/** One thing to do; all of them may be done twice. */
export type Action =
  | { readonly do: "startEffect"; readonly effect: Effect }
  | { readonly do: "stopEffect"; readonly effect: Effect }
  | { readonly do: "sendToEffect"; readonly effect: Effect; readonly event: AnyEventObject }
  | { readonly do: "startChild"; readonly child: Child }
  | { readonly do: "stopChild"; readonly child: Child }
  | { readonly do: "arm"; readonly timer: Timer }
  | { readonly do: "cancel"; readonly timer: Timer }
  | {
    readonly do: "send";
    readonly target: Target;
    /** The child, if it is for one: the same event may have ended it. */
    readonly child: Child | undefined;
    readonly event: AnyEventObject;
    readonly id: SendId;
  }
  | { readonly do: "emit"; readonly event: AnyEventObject; readonly id: SendId }
  | { readonly do: "run"; readonly name: string; readonly key: SendId; readonly run: Run };

/** Runs a machine's own action. */
export type Run = (named: Named) => unknown;

/** Gives an action what it is called with: as the machine wrote it, or marked with its key. */
export type Named = (args: ActionInfo) => ActionInfo;
export type ActionInfo = ExecutableActionObject["info"];

/** Tells apart what one event sends, so that the receiver can: stable through every crash. */
export interface SendId {
  readonly position: Position;
  readonly nth: number;
}

/** Whether it would be missed if nobody ever came back to this actor. */
export function isWork({ do: what }: Action): boolean {
  return !["stopEffect", "sendToEffect", "emit", "cancel"].includes(what);
}

/** Whether the set of effects that run changes with it. */
export function isOfEffects({ do: what }: Action): boolean {
  return what === "startEffect" || what === "stopEffect";
}

/** Commit that asked for it; what has no place of its own may be done any number of times. */
export function positionOf(action: Action): number {
  switch (action.do) {
    case "send":
      return action.id.position.commit.seq;
    case "run":
      return action.key.position.commit.seq;
    case "arm":
      return action.timer.since.commit.seq;
    case "startChild":
      return action.child.since.commit.seq;
    default:
      return Infinity;
  }
}

/** The same as plain numbers. */
export function placeOf({ position: { commit, index }, nth }: SendId) {
  return { seq: commit.seq, index, nth };
}
