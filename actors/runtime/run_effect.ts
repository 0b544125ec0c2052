/**
 * Runs one effect: XState's own logic in XState's own actor, with a stand-in for its machine.
 *
 * @module
 */
import {
  type ActorLogic,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyEventObject,
  type AnyStateMachine,
  createActor,
  type Snapshot,
} from "xstate";
import { withKey } from "./idempotency_key.ts";
import type { Effect } from "./state.ts";

/** An effect that runs. */
export interface RunningEffect {
  send(event: AnyEventObject): void;
  /** Aborts its signal, or calls what its callback returned; it says nothing from now on. */
  stop(): void;
}

/** What an effect needs. */
export interface RunEffectOptions {
  readonly logic: AnyActorLogic;
  readonly effect: Effect;
  /** See `idempotencyKey()`. */
  readonly key: string;
  /** Told of everything it says to its machine, its end included. */
  readonly onEvent: (event: AnyEventObject) => void;
  readonly onEmit: (event: AnyEventObject) => void;
}

const STOP = "hub.stop";

/** Starts an effect; what it throws at once comes as an event like any other error. */
export function runEffect(options: RunEffectOptions): RunningEffect {
  const { logic, effect: { id, input, sync }, key, onEvent, onEmit } = options;
  let stopped = false;
  const machine = createActor(standIn((event, stopChild) => {
    if (event.type === STOP) return stopChild(child);
    if (!stopped) onEvent(event);
  }));
  const child: AnyActorRef = createActor(logic, {
    id,
    input,
    parent: machine,
  });
  withKey(child, key);
  if (sync) {
    const next = (snapshot: Snapshot<unknown>) => {
      if (stopped || snapshot.status !== "active") return;
      // An observable's own snapshot holds its subscription.
      onEvent({ type: `xstate.snapshot.${id}`, snapshot: logic.getPersistedSnapshot(snapshot) });
    };
    child.subscribe({ next, error: () => {} });
  }
  child.on("*", (event: AnyEventObject) => {
    if (!stopped) onEmit(event);
  });
  machine.start();
  child.start();
  return {
    send: (event) => child.send(event),
    stop() {
      if (stopped) return;
      stopped = true;
      machine.send({ type: STOP });
    },
  };
}

type Take = (event: AnyEventObject, stopChild: (child: AnyActorRef) => void) => void;

/** An actor that passes on what it is told. */
function standIn(take: Take): ActorLogic<Snapshot<undefined>, AnyEventObject> {
  const snapshot = { status: "active", output: undefined, error: undefined } as const;
  return {
    transition(_, event, scope) {
      take(event, scope.stopChild);
      return snapshot;
    },
    getInitialSnapshot: () => snapshot,
    getPersistedSnapshot: () => snapshot,
  };
}

const INLINE = /^xstate\.invoke\.(\d+)\.(.*)$/s;

/** The logic that `machine` has under a name, or in place of one in its configuration. */
export function logicOf(machine: AnyStateMachine, src: string): AnyActorLogic | undefined {
  const inline = INLINE.exec(src);
  if (inline === null) return logicIn(machine.implementations.actors[src]);
  const [, index = "", node = ""] = inline;
  const invoke: unknown = machine.getStateNodeById(node).config.invoke;
  return logicIn(Array.isArray(invoke) ? invoke[Number(index)] : invoke);
}

function logicIn(found: unknown): AnyActorLogic | undefined {
  if (isLogic(found)) return found;
  if (typeof found !== "object" || found === null || !("src" in found)) return undefined;
  return isLogic(found.src) ? found.src : undefined;
}

function isLogic(value: unknown): value is AnyActorLogic {
  return typeof value === "object" && value !== null && "transition" in value;
}
