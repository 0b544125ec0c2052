/**
 * The surroundings in which XState computes a transition without running anything.
 *
 * @module
 */
import {
  type AnyActorRef,
  type AnyActorScope,
  type AnyStateMachine,
  createActor,
  createMachine,
  type ExecutableActionObject,
} from "xstate";

/** Stands for whoever started an actor: what is sent to it goes to the parent's address. */
export const PARENT: AnyActorRef = createActor(createMachine({}));

/** A place to compute transitions of one machine, used again for each. */
export interface MachineScope {
  readonly scope: AnyActorScope;
  /** Stands for the actor itself, in actions that send to it. */
  readonly self: AnyActorRef;
  /** Takes the actions that were returned since the last call. */
  takeActions(): ExecutableActionObject[];
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
    takeActions() {
      const taken = actions;
      actions = [];
      return taken;
    },
  };
}
