/**
 * What has to be done once a commit is durable.
 *
 * @module
 */
import type { AnyEventObject } from "xstate";
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
    readonly event: AnyEventObject;
    readonly id: SendId;
  }
  | { readonly do: "emit"; readonly event: AnyEventObject }
  | { readonly do: "run"; readonly name: string; readonly key: SendId; readonly run: () => void };

/** Tells apart what one event sends, so that the receiver can: stable through every crash. */
export interface SendId {
  readonly position: Position;
  readonly nth: number;
}
