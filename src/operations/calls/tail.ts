import { CallError, type OperationContext } from "@alkdev/operations";
import { type CallEvent, OK, spokenCode } from "../../calls/call_event.ts";
import { createSight, seen } from "../../calls/call_sight.ts";
import type { CallStatus } from "../../calls/call_store.ts";
import { followCalls, type FollowedCall } from "../../calls/follow_calls.ts";
import { createToldOnce } from "../../calls/told_once.ts";
import { parsePlace, placeText } from "../../../actors/runtime/replay/mod.ts";
import type { CallOperationPorts } from "./ports.ts";
import type { TailInput, TailOutput } from "./schemas.ts";

/** Tells of calls as they begin and end, on all nodes. */
export async function* tail(
  ports: CallOperationPorts,
  { from, ...filter }: TailInput,
  { identity, signal }: OperationContext,
): AsyncGenerator<TailOutput, void, unknown> {
  if (identity === undefined || signal === undefined) {
    throw new CallError("ACCESS_DENIED", "authentication required");
  }
  const place = from === undefined ? undefined : parsePlace(from);
  const outcome = filter.outcome === undefined ? undefined : spokenCode(filter.outcome);
  const isNews = createToldOnce();
  for await (const followed of followCalls(ports, { from: place, signal })) {
    // Judged anew for each message: operations come and go.
    const sightOf = createSight(ports.view(), identity);
    for (const one of followed) {
      if (!isNews(one.event.id, one.event.outcome !== undefined)) continue;
      if (!isAsked(one.event, { ...filter, outcome })) continue;
      const event = seen(one.event, sightOf);
      if (event !== undefined) yield viewOf({ ...one, event });
    }
  }
}

function isAsked(
  event: CallEvent,
  { operation, peer, caller, outcome }: {
    readonly [Key in keyof Omit<TailInput, "from">]: TailInput[Key] | undefined;
  },
): boolean {
  const { operation: name } = event;
  if (operation?.endsWith("*") === true) {
    if (!name.startsWith(operation.slice(0, -1))) return false;
  } else if (operation !== undefined && operation !== name) return false;
  return (peer === undefined || peer === event.peer) &&
    (caller === undefined || caller === event.caller || caller === event.originator) &&
    (outcome === undefined || outcome === event.outcome || outcome === statusOf(event));
}

function statusOf({ outcome }: CallEvent): CallStatus {
  return outcome === undefined ? "running" : outcome === OK ? "ok" : "failed";
}

function viewOf({ place, node, event }: FollowedCall): TailOutput {
  const { at, ms, outcome, ...rest } = event;
  return {
    position: placeText(place),
    ...{ ...rest, node, status: statusOf(event) },
    ...(outcome === undefined || outcome === OK ? {} : { error: outcome }),
    startedAt: new Date(at).toISOString(),
    ...(ms === undefined ? {} : { durationMs: ms }),
  };
}
