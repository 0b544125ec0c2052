/**
 * Folds one event of the log: state and event to state and actions. No clock, no I/O, no chance.
 *
 * @module
 */
import type { AnyMachineSnapshot, AnyStateMachine } from "xstate";
import type { Action } from "./action.ts";
import { copyOnWrite } from "./copied.ts";
import { createInterpreter, type Draft } from "./interpret.ts";
import type { MachineScope } from "./machine_scope.ts";
import type { LoggedEvent } from "./record.ts";
import type { ActorState, Position } from "./state.ts";

/** What is needed to fold events of one kind. */
export interface StepContext {
  readonly machine: AnyStateMachine;
  readonly scope: MachineScope;
}

/** What one event leads to. */
export interface Step {
  readonly state: ActorState;
  readonly actions: readonly Action[];
}

/** An event and its place in the log. */
export interface Placed {
  readonly logged: LoggedEvent;
  readonly position: Position;
}

const ENDED = /^xstate\.(?:done|error)\.actor\.(.*)$/s;

/**
 * Folds an event into `state`; without a state, the event must be the start of the log.
 *
 * @throws what the machine throws: a guard or an assignment that fails.
 */
export function step(
  { machine, scope }: StepContext,
  state: ActorState | undefined,
  { logged, position }: Placed,
): Step {
  scope.takeActions();
  const { cause } = logged;
  const start = cause.from === "start" ? cause : undefined;
  const snapshot: AnyMachineSnapshot = state === undefined
    ? machine.getInitialSnapshot(scope.scope, start?.input)
    : next({ machine, scope }, state.snapshot, logged);
  const draft: Draft = {
    effects: copyOnWrite(state?.effects),
    timers: copyOnWrite(state?.timers),
    children: copyOnWrite(state?.children),
    actions: [],
  };
  forget(draft, logged);
  const interpret = createInterpreter(draft, { position, scope });
  for (const action of scope.takeActions()) interpret(action);
  if (snapshot.status !== "active") clear(draft);
  return {
    state: {
      snapshot,
      parent: state === undefined ? start?.parent : state.parent,
      effects: draft.effects.value,
      timers: draft.timers.value,
      children: draft.children.value,
      count: (state?.count ?? 0) + 1,
    },
    actions: draft.actions,
  };
}

function next(
  { machine, scope }: StepContext,
  snapshot: AnyMachineSnapshot,
  { event, cause }: LoggedEvent,
): AnyMachineSnapshot {
  try {
    return machine.transition(snapshot, event, scope.scope);
  } catch (error) {
    // A caller is told. What comes from within has nobody to be told: the actor ends, as in XState.
    if (cause.from === "caller") throw error;
    scope.takeActions();
    return { ...snapshot, status: "error", error: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether an event changed what the machine remembers. */
export function isChanged(before: AnyMachineSnapshot, after: AnyMachineSnapshot): boolean {
  return before.value !== after.value || before.context !== after.context ||
    before.status !== after.status;
}

/** What has ended or come due is under way no more, whatever the machine makes of it. */
function forget(draft: Draft, { event, cause }: LoggedEvent): void {
  const ended = ENDED.exec(event.type)?.[1];
  if (cause.from === "timer") draft.timers.delete(cause.id);
  if (cause.from === "effect" && ended !== undefined) draft.effects.delete(cause.id);
  if (cause.from === "actor" && ended !== undefined) draft.children.delete(ended);
}

/** An actor at its end takes everything with it that it began. */
function clear({ effects, timers, children, actions }: Draft): void {
  for (const effect of [...effects.value.values()]) {
    effects.delete(effect.id);
    actions.push({ do: "stopEffect", effect });
  }
  for (const timer of [...timers.value.values()]) {
    timers.delete(timer.id);
    actions.push({ do: "cancel", timer });
  }
  for (const child of [...children.value.values()]) {
    children.delete(child.id);
    actions.push({ do: "stopChild", child });
  }
}
