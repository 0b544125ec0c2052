/**
 * The surroundings in which XState computes a transition without running anything.
 *
 * @module
 */
import {
  type AnyActorRef,
  type AnyActorScope,
  type AnyStateMachine,
  type AnyStateNode,
  createActor,
  createMachine,
  type ExecutableActionObject,
} from "xstate";

/** Stands for whoever started an actor: what is sent to it goes to the parent's address. */
export const PARENT: AnyActorRef = createActor(createMachine({}));

const NO_ACTIONS: readonly ExecutableActionObject[] = [];

/** A place to compute transitions of one machine, used again for each. */
export interface MachineScope {
  readonly scope: AnyActorScope;
  /** Stands for the actor itself, in actions that send to it. */
  readonly self: AnyActorRef;
  /** Whether the machine has transitions that are taken without an event. */
  readonly hasEventless: boolean;
  /** Takes the actions that were returned since the last call. */
  takeActions(): readonly ExecutableActionObject[];
}

/**
 * Creates the surroundings for `machine`. XState's own `transition()` makes them anew for every
 * event, which costs several times as much as the transition itself.
 */
export function createMachineScope(machine: AnyStateMachine): MachineScope {
  let actions: ExecutableActionObject[] = [];
  const self = createActor(machine, { parent: PARENT });
  const scope: AnyActorScope = {
    self,
    id: self.id,
    sessionId: self.sessionId,
    system: self.system,
    logger: () => {},
    defer: () => {},
    emit: () => {},
    stopChild: () => {},
    actionExecutor: (action) => void actions.push(action),
  };
  return {
    scope,
    self,
    hasEventless: isEventless(machine.root),
    takeActions() {
      if (actions.length === 0) return NO_ACTIONS;
      const taken = actions;
      actions = [];
      return taken;
    },
  };
}

function isEventless({ always, states }: AnyStateNode): boolean {
  return (always?.length ?? 0) > 0 || Object.values(states).some(isEventless);
}
