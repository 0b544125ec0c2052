/**
 * An actor's state as it is shown: plain JSON, and nothing of how it is hosted.
 *
 * @module
 */
import type { ActorKind } from "../definition.ts";
import type { ActorState } from "../state.ts";

/** What a person, a caller or a capsule is told of a state. */
export interface StateView {
  /** `active`, `done`, `error` or `stopped`. */
  readonly status: string;
  /** The machine's state value. */
  readonly value: unknown;
  readonly context: unknown;
  /** Of a machine that is done. */
  readonly output?: unknown;
  /** Of a machine that has failed. */
  readonly error?: unknown;
}

/** The state as it is shown. */
export function stateView(
  { machine }: Pick<ActorKind, "machine">,
  { snapshot }: ActorState,
): StateView {
  // What XState would store: references to other actors are no JSON.
  const persisted = plain(machine.getPersistedSnapshot(snapshot));
  const read = (key: string) =>
    typeof persisted === "object" && persisted !== null ? Reflect.get(persisted, key) : undefined;
  const output = read("output"), error = read("error");
  return {
    status: snapshot.status,
    value: read("value"),
    context: read("context"),
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
  };
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
