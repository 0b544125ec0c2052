/**
 * Says what the actions of a transition mean for an actor.
 *
 * @module
 */
import { type AnyActorRef, type ExecutableActionObject, StateMachine } from "xstate";
import type { Action, Named } from "./action.ts";
import { addressOf } from "./actor_ref.ts";
import type { Copied } from "./copied.ts";
import { type MachineScope, PARENT } from "./machine_scope.ts";
import type { Child, Effect, Position, Target, Timer } from "./state.ts";
import { type BuiltIn, readBuiltIn, readSpawned } from "./xstate_actions.ts";

/** What one event changes, while it is being worked out. */
export interface Draft {
  readonly effects: Copied<Effect>;
  readonly timers: Copied<Timer>;
  readonly children: Copied<Child>;
  readonly actions: Action[];
}

export interface InterpretContext {
  readonly position: Position;
  readonly scope: MachineScope;
  /** Unix milliseconds of the event. */
  readonly at: number;
  /** Events that were folded before it. */
  readonly count: number;
}

type Of<K extends BuiltIn["is"]> = Extract<BuiltIn, { is: K }>;

/** Takes what a transition returned into the draft, one after the other. */
export interface Interpreter {
  take(action: ExecutableActionObject): void;
  /** What an assignment spawned, for which there is no action. */
  spawned(ref: AnyActorRef): void;
}

/** Creates an interpreter for one event. */
export function createInterpreter(
  draft: Draft,
  { position, scope, at, count }: InterpretContext,
): Interpreter {
  let nth = 0;

  function arm(timer: Omit<Timer, "since" | "dueAt">): void {
    disarm(timer.id);
    const armed = { ...timer, dueAt: at + timer.delayMs, since: position };
    draft.timers.set(timer.id, armed);
    draft.actions.push({ do: "arm", timer: armed });
  }

  function disarm(id: string): void {
    const timer = draft.timers.get(id);
    if (timer === undefined) return;
    draft.timers.delete(id);
    draft.actions.push({ do: "cancel", timer });
  }

  function spawn({ id, src, ref, input }: Of<"spawn">): void {
    stop(id);
    const begun = { id, src, input, sync: isSynced(ref), since: position };
    if (isMachine(ref)) {
      draft.children.set(id, begun);
      draft.actions.push({ do: "startChild", child: begun });
    } else {
      draft.effects.set(id, begun);
      draft.actions.push({ do: "startEffect", effect: begun });
    }
  }

  function stop(id: string): void {
    const effect = draft.effects.get(id), child = draft.children.get(id);
    if (effect !== undefined) draft.actions.push({ do: "stopEffect", effect });
    if (child !== undefined) draft.actions.push({ do: "stopChild", child });
    draft.effects.delete(id);
    draft.children.delete(id);
  }

  function targetOf(ref: AnyActorRef): Target | Effect | undefined {
    if (ref === PARENT) return { to: "parent" };
    if (ref === scope.self) return { to: "self" };
    const address = addressOf(ref);
    if (address !== undefined) return { to: "address", address };
    if (draft.children.get(ref.id) !== undefined) return { to: "child", id: ref.id };
    return draft.effects.get(ref.id);
  }

  function send({ to, event, id, delayMs }: Of<"sendTo">): void {
    const target = targetOf(to);
    // Whoever has ended takes nothing more, as in XState itself.
    if (target === undefined) return;
    if (delayMs !== undefined) {
      const to = "src" in target ? { to: "effect" as const, id: target.id } : target;
      arm({ id: id ?? nameless(), delayMs, event, to });
    } else if ("src" in target) {
      draft.actions.push({ do: "sendToEffect", effect: target, event });
    } else {
      const child = target.to === "child" ? draft.children.get(target.id) : undefined;
      draft.actions.push({ do: "send", target, child, event, id: { position, nth: nth++ } });
    }
  }

  /** Of no other event's timer, which it would replace; the commit has no number yet. */
  function nameless(): string {
    return `xstate.delayed.${count}.${nth++}`;
  }

  function takeBuiltIn(action: BuiltIn): void {
    switch (action.is) {
      case "raise":
        if (action.delayMs === undefined) return; // Taken by the machine in the same step.
        return arm({ id: action.id ?? nameless(), delayMs: action.delayMs, event: action.event });
      case "cancel":
        return disarm(action.id);
      case "sendTo":
        return send(action);
      case "spawn":
        return spawn(action);
      case "stop":
        return action.ref === undefined ? undefined : stop(action.ref.id);
      case "emit":
        return void draft.actions.push({
          do: "emit",
          event: action.event,
          id: { position, nth: nth++ },
        });
      case "log":
        return;
    }
  }

  function take(action: ExecutableActionObject): void {
    const builtIn = readBuiltIn(action);
    if (builtIn !== undefined) return takeBuiltIn(builtIn);
    const { type: name, exec, info, params } = action;
    if (exec === undefined) return; // Named in the machine, and given no implementation.
    const run = (named: Named) => exec(named(info), params);
    draft.actions.push({ do: "run", name, key: { position, nth: nth++ }, run });
  }

  return { take, spawned: (ref) => spawn(readSpawned(ref)) };
}

function isMachine(ref: AnyActorRef): boolean {
  return "logic" in ref && ref.logic instanceof StateMachine;
}

function isSynced(ref: AnyActorRef): boolean {
  return "_syncSnapshot" in ref && ref._syncSnapshot === true;
}
