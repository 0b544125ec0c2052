/**
 * Decides what a group of waiting commands does to one actor. Nothing has happened yet afterwards.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import type { AnyEventObject } from "xstate";
import type { Action } from "./action.ts";
import { commandKey, type CommandWindow } from "./command_window.ts";
import { type ActorKind, isReserved } from "./definition.ts";
import { isFromKin } from "./family.ts";
import type { LoggedEvent } from "./record.ts";
import { emittedIn, keptOf } from "./reply.ts";
import { type ActorState, type Commit, keyOf, type Outcome } from "./state.ts";
import { isChanged, type Placed, type Step, step, type StepContext } from "./step.ts";

/** Why a command was not accepted; nothing of it is in the log. */
export interface Refusal {
  readonly code: "VALIDATION_ERROR" | "ILLEGAL_STATE" | "MACHINE_ERROR";
  readonly message: string;
}

/** What one command of the group gets. */
export type Verdict =
  | {
    readonly is: "accepted";
    readonly outcome: Outcome;
    /** All of it, and not only what is kept. */
    readonly emitted: readonly AnyEventObject[];
  }
  /** Accepted earlier: the same answer again. */
  | { readonly is: "repeated"; readonly outcome: Outcome }
  /** What an effect or timer says that is under way no more. */
  | { readonly is: "stale" }
  | { readonly is: "refused"; readonly refusal: Refusal };

/** What one group leads to. */
export interface Decision {
  readonly next: ActorState;
  /** Exactly what is appended to the log. */
  readonly accepted: readonly LoggedEvent[];
  /** In the order of the commands. */
  readonly verdicts: readonly Verdict[];
  /** To be done, in order, once the log has acknowledged `accepted`. */
  readonly actions: readonly Action[];
}

export interface DecideContext extends StepContext {
  readonly kind: ActorKind;
  /** Of the actor itself. */
  readonly self: Address;
  readonly window: Pick<CommandWindow, "get">;
  /** Where the group will stand; its sequence is filled in when the log has acknowledged it. */
  readonly commit: Commit;
  /** Place of the group's first event in its commit. Default 0. */
  readonly firstIndex?: number;
}

/** Folds `commands` into `state` one after the other, leaving out what cannot be taken. */
export function decide(
  context: DecideContext,
  state: ActorState,
  commands: readonly LoggedEvent[],
): Decision {
  const accepted: LoggedEvent[] = [], actions: Action[] = [];
  const earlier = new Map<string, Outcome>();
  let next = state;

  function judge(command: LoggedEvent): Verdict {
    const key = commandKey(command);
    const outcome = context.window.get(key) ?? earlier.get(key);
    if (outcome !== undefined) return { is: "repeated", outcome };
    if (command.cause.from === "start") return { is: "repeated", outcome: startOf(context, next) };
    if (isStale(context.self, next, command)) return { is: "stale" };
    const index = (context.firstIndex ?? 0) + accepted.length;
    const position = { commit: context.commit, index };
    const taken = attempt(() => take(context, next, { logged: command, position }));
    if ("code" in taken) return { is: "refused", refusal: taken };
    const { state: after, actions: todo } = taken;
    const emitted = emittedIn(todo), kept = keptOf(emitted);
    const mine = {
      position,
      value: after.snapshot.value,
      changed: isChanged(next.snapshot, after.snapshot),
      ...(kept === undefined ? {} : { emitted: kept }),
    };
    next = after;
    accepted.push(command);
    actions.push(...todo);
    earlier.set(key, mine);
    return { is: "accepted", outcome: mine, emitted };
  }

  const verdicts = commands.map(judge);
  return { next, accepted, verdicts, actions };
}

/** Started it is, whatever has become of it since. */
function startOf({ window, commit }: DecideContext, { snapshot }: ActorState): Outcome {
  const position = { commit, index: 0 };
  return window.get("start") ?? { position, value: snapshot.value, changed: false };
}

/**
 * An effect that was stopped may still end, a timer that was cancelled may still come, and a child
 * that was stopped may still tell of its end. Whoever else sends XState's own events is no kin.
 */
function isStale(self: Address, state: ActorState, command: LoggedEvent): boolean {
  const { cause, event } = command, { effects, timers } = state;
  if (cause.from === "actor") return isReserved(event.type) && !isFromKin(self, state, command);
  if (cause.from !== "effect" && cause.from !== "timer") return false;
  const running = cause.from === "effect" ? effects.get(cause.id) : timers.get(cause.id);
  return running === undefined || keyOf(running.since, cause.id) !== cause.key;
}

function take(context: DecideContext, state: ActorState, placed: Placed): Step | Refusal {
  const { kind, scope } = context, { logged } = placed;
  const refusal = refusalOf(kind, state, logged);
  if (refusal !== undefined) return refusal;
  // What comes from within is not asked whether the state can take it: refused, it would leave no
  // trace in the log, and the same event that its sender repeats after a crash could be taken later,
  // out of its order.
  if (logged.cause.from !== "caller") return step(context, state, placed);
  // Without an event's help a machine may move on any event, and only the question tells.
  if (scope.hasEventless && !state.snapshot.can(logged.event)) return illegal(state, logged);
  const taken = step(context, state, placed);
  // Asking evaluates the guards a second time: only where the transition leaves it open.
  const isOpen = taken.state.snapshot === state.snapshot && taken.actions.length === 0;
  if (isOpen && !state.snapshot.can(logged.event)) return illegal(state, logged);
  return taken;
}

function illegal({ snapshot }: ActorState, { event }: LoggedEvent): Refusal {
  const where = `state is ${JSON.stringify(snapshot.value)}`;
  return { code: "ILLEGAL_STATE", message: `Cannot take ${event.type}: ${where}` };
}

function refusalOf(
  kind: ActorKind,
  { snapshot, parent }: ActorState,
  { event, cause }: LoggedEvent,
): Refusal | undefined {
  if (snapshot.status !== "active") {
    return { code: "ILLEGAL_STATE", message: `Cannot take ${event.type}: the actor has ended` };
  }
  if (cause.from === "stop" && parent !== undefined) {
    // Its parent would wait for it for ever.
    const message = `Cannot stop a child by itself: stop ${parent.address}, which has started it`;
    return { code: "VALIDATION_ERROR", message };
  }
  // What comes from within is not for the schema, which is the door for callers.
  if (cause.from !== "caller") return undefined;
  const wrong = kind.refuse(event);
  if (wrong === undefined) return undefined;
  return { code: "VALIDATION_ERROR", message: `Cannot take ${event.type}: ${wrong}` };
}

/** A machine may throw; the log must never hold an event that cannot be folded. */
function attempt<T>(act: () => T): T | Refusal {
  try {
    return act();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { code: "MACHINE_ERROR", message: `The machine failed: ${reason}` };
  }
}
