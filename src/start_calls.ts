/**
 * Puts together what is known of calls: told by every node, kept in the database, read by whoever may.
 *
 * @module
 */
import type { CallObserver } from "@alkdev/operations";
import { type Bus, type Membership, openStreamReader } from "@hub/bus";
import { projectCalls } from "./calls/project_calls.ts";
import { createCallPublisher } from "./calls/publish_calls.ts";
import { recordCalls } from "./calls/record_calls.ts";
import type { HubConfig } from "./config/mod.ts";
import type { Metrics } from "./metrics/mod.ts";
import type { CallOperationPorts } from "./operations/calls/ports.ts";
import { createCallProjection } from "./storage/calls/projection.ts";
import { createCallReader } from "./storage/calls/reader.ts";
import type { Database } from "./storage/database.ts";

/** What it needs. */
export interface StartCallsOptions {
  readonly bus: Bus;
  readonly membership: Membership;
  readonly metrics: Metrics;
  readonly database: Database;
}

/** What is known of calls. */
export interface StartedCalls extends AsyncDisposable {
  /** To be told of the calls of this node; undefined where nobody wants to know. */
  readonly observe: CallObserver | undefined;
  readonly ports: Omit<CallOperationPorts, "view">;
}

const HOUR_MS = 60 * 60 * 1000;

/** Begins to tell and to keep calls, as far as the configuration asks for it. */
export async function startCalls(
  { calls: { events, payloads, retentionHours } }: Pick<HubConfig, "calls">,
  { bus, membership, metrics, database }: StartCallsOptions,
): Promise<StartedCalls> {
  await using stack = new AsyncDisposableStack();
  const reader = await openStreamReader(bus);
  const { node } = membership, since = new Date();
  const lost = metrics.counter("hub_call_events_lost_total", "Events that nobody will hear of.")
    .series();
  const missed = metrics.counter(
    "hub_call_messages_missed_total",
    "Messages with call events that were gone before they were kept.",
  ).series();
  const projector = retentionHours === 0 ? undefined : stack.use(projectCalls({
    ...{ bus, reader, retentionMs: retentionHours * HOUR_MS },
    projection: createCallProjection(database.pool),
    live: () => ({ nodes: membership.nodes().map(({ id }) => id), node, since }),
    onMissed: (messages) => missed.add(messages),
  }));
  const publisher = events
    ? stack.use(createCallPublisher({
      ...{ bus, node },
      onStored: () => projector?.nudge(),
      onDropped: (dropped) => lost.add(dropped),
    }))
    : undefined;
  const parts = stack.move();
  return {
    observe: publisher && recordCalls({ publisher, payloads }),
    ports: { bus, reader, calls: createCallReader(database.pool) },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}
