import type { OperationContext } from "@alkdev/operations";
import {
  follow,
  type Followed,
  parsePlace,
  placeText,
  type StateView,
} from "../../../actors/runtime/replay/mod.ts";
import { toCallError } from "./errors.ts";
import { type ActorOperationPorts, admit, signalOf } from "./ports.ts";
import type { WatchInput, WatchOutput } from "./schemas.ts";

/** Tells what happens to an actor: from the present on, or all that came after a position. */
export async function* watch(
  ports: ActorOperationPorts,
  { from, ...address }: WatchInput,
  context: OperationContext,
): AsyncGenerator<WatchOutput, void, unknown> {
  const { identity } = context;
  const { known } = admit(ports.kinds, address, { identity, action: "read" });
  const after = from === undefined ? undefined : parsePlace(from);
  const options = { known, from: after, signal: signalOf(context) };
  try {
    for await (const followed of follow(ports, address, options)) yield itemOf(followed);
  } catch (error) {
    throw toCallError(error);
  }
}

function itemOf(followed: Followed): WatchOutput {
  switch (followed.is) {
    case "present": {
      const { at, view } = followed;
      const position = placeText(at);
      return {
        position,
        event: null,
        changed: false,
        emitted: [],
        context: view.context,
        ...stateOf(view),
      };
    }
    case "step": {
      const { at, logged, before, after, changes, emitted } = followed.step;
      const contextChanged = before === undefined || changes.length > 0;
      return {
        position: placeText(at),
        event: logged.event.type,
        at: logged.at,
        changed: contextChanged || JSON.stringify(before.value) !== JSON.stringify(after.value) ||
          before.status !== after.status,
        emitted: [...emitted],
        ...(contextChanged ? { context: after.context } : {}),
        ...stateOf(after),
      };
    }
    case "live":
      return { emitted: [followed.event] };
  }
}

function stateOf({ status, value, output, error }: StateView) {
  return {
    status,
    value,
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
  };
}
