/**
 * Folds one event of the log: state and event to state and actions. No clock, no I/O, no chance.
 *
 * @module
 */
import type {
  AnyActorRef,
  AnyMachineSnapshot,
  AnyStateMachine,
  ExecutableActionObject,
} from "xstate";
import type { Action } from "./action.ts";
import { copyOnWrite } from "./copied.ts";
import { newsForParent, toldBy } from "./family.ts";
import { createInterpreter, type Draft, type Interpreter } from "./interpret.ts";
import type { MachineScope } from "./machine_scope.ts";
import type { LoggedEvent } from "./record.ts";
import type { ActorState, Position, Timer } from "./state.ts";
import { startedBy } from "./xstate_actions.ts";

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

const ENDED = /^xstate\.(?:done|error)\.actor\./;
/** Stands where the machine's own actions are counted from 0 on. */
const NEWS = -1, DELAYED = -2;

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
  const delayed = delayedFor(state, logged);
  const before = state?.snapshot;
  const snapshot: AnyMachineSnapshot = before === undefined
    ? machine.getInitialSnapshot(scope.scope, start?.input)
    : delayed !== undefined
    ? before
    : next({ machine, scope }, before, logged);
  const actions = scope.takeActions();
  if (state !== undefined && isQuiet(state, { actions, after: snapshot, logged })) {
    return { state: { ...state, snapshot, count: state.count + 1 }, actions: [] };
  }
  const parent = state === undefined ? start?.parent : state.parent;
  const draft: Draft = {
    effects: copyOnWrite(state?.effects),
    timers: copyOnWrite(state?.timers),
    children: copyOnWrite(state?.children),
    actions: [],
  };
  forget(draft, logged);
  if (delayed !== undefined) passOn(draft, delayed, position);
  const count = state?.count ?? 0;
  interpret(createInterpreter(draft, { position, scope, at: logged.at, count }), {
    actions,
    before,
    after: snapshot,
  });
  if (parent !== undefined && (before === undefined || isChanged(before, snapshot))) {
    const event = newsForParent(machine, parent, snapshot);
    const target = { to: "parent" } as const, id = { position, nth: NEWS };
    if (event !== undefined) {
      draft.actions.push({ do: "send", target, child: undefined, event, id });
    }
  }
  if (snapshot.status !== "active") clear(draft);
  return {
    state: {
      snapshot,
      parent,
      effects: draft.effects.value,
      timers: draft.timers.value,
      children: draft.children.value,
      count: count + 1,
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

/** Whether the event changed the machine and nothing around it, as most events of callers do. */
function isQuiet(
  { snapshot, parent }: ActorState,
  { actions, after, logged }: Pick<Transition, "actions" | "after"> & Pick<Placed, "logged">,
): boolean {
  return logged.cause.from === "caller" && actions.length === 0 && parent === undefined &&
    after.children === snapshot.children && after.status === "active";
}

interface Transition {
  readonly actions: readonly ExecutableActionObject[];
  readonly before: AnyMachineSnapshot | undefined;
  readonly after: AnyMachineSnapshot;
}

function interpret(interpreter: Interpreter, { actions, before, after }: Transition): void {
  if (after.children !== before?.children) {
    const known = new Set<unknown>([
      ...Object.values(before?.children ?? {}),
      ...actions.map(startedBy),
    ]);
    // Before the actions: they may send to it already.
    for (const ref of Object.values<AnyActorRef | undefined>(after.children)) {
      if (ref !== undefined && !known.has(ref)) interpreter.spawned(ref);
    }
  }
  for (const action of actions) interpreter.take(action);
}

/** A delayed event for somebody else, which the machine itself does not see when it is due. */
function delayedFor(state: ActorState | undefined, { cause }: LoggedEvent): Timer | undefined {
  const timer = cause.from === "timer" ? state?.timers.get(cause.id) : undefined;
  return timer?.to === undefined ? undefined : timer;
}

function passOn(draft: Draft, { to: target, event }: Timer, position: Position): void {
  const { effects, children, actions } = draft;
  if (target === undefined) return;
  if (target.to === "effect") {
    const effect = effects.get(target.id);
    if (effect !== undefined) actions.push({ do: "sendToEffect", effect, event });
    return;
  }
  const child = target.to === "child" ? children.get(target.id) : undefined;
  if (target.to === "child" && child === undefined) return;
  actions.push({ do: "send", target, child, event, id: { position, nth: DELAYED } });
}

/** Whether an event changed what the machine remembers. */
export function isChanged(before: AnyMachineSnapshot, after: AnyMachineSnapshot): boolean {
  return before.value !== after.value || before.context !== after.context ||
    before.status !== after.status;
}

/** What has ended or come due is under way no more, whatever the machine makes of it. */
function forget(draft: Draft, { event, cause }: LoggedEvent): void {
  const ended = ENDED.test(event.type) ? toldBy(event) : undefined;
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
