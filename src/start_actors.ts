/**
 * The actors of a node.
 *
 * @module
 */
import type { Bus, Membership } from "@hub/bus";
import { type ActorKind, addressText, type Host, openHost } from "../actors/runtime/mod.ts";
import { getLogger } from "./logger/mod.ts";
import type { Metrics } from "./metrics/mod.ts";

const log = getLogger("actors");

export interface StartActorsOptions {
  readonly bus: Bus;
  readonly membership: Membership;
  readonly metrics: Metrics;
  readonly kinds: readonly ActorKind[];
}

/** Actors that live here. */
export interface StartedActors extends AsyncDisposable {
  readonly host: Host;
}

/** Hosts actors. */
export async function startActors(options: StartActorsOptions): Promise<StartedActors> {
  const { bus, membership, metrics, kinds } = options;
  await using stack = new AsyncDisposableStack();
  const dropped = metrics.counter(
    "hub_actor_events_dropped_total",
    "Events from one actor to another that were refused.",
  ).series();
  const failed = metrics.counter(
    "hub_actor_errors_total",
    "Things that actors asked for and that failed.",
  ).series();
  const host = stack.use(
    await openHost({
      ...{ bus, membership, kinds },
      onDropped({ from, to, event, error }) {
        dropped.add();
        const about = { from: addressText(from), to: addressText(to), event: event.type, error };
        log.warn("event was refused", about);
      },
      onParked({ from, to, event, error }) {
        const about = { from: addressText(from), to: addressText(to), event: event.type, error };
        log.warn("receiver has to be repaired, its event waits", about);
      },
      onUnparked({ from, to, event }) {
        const about = { from: addressText(from), to: addressText(to), event: event.type };
        log.info("event waits no more for its receiver", about);
      },
      onLate({ address, timer: { id, dueAt } }) {
        const about = { actor: addressText(address), timer: id, dueAt: new Date(dueAt) };
        log.warn("timer did not come in time, armed again", about);
      },
      onError(error, { address }) {
        failed.add();
        log.error("actor failed", { error, ...(address ? { actor: addressText(address) } : {}) });
      },
      onUnusable(address, why) {
        log.warn("snapshot is not used", { actor: addressText(address), why });
      },
    }),
  );
  metrics.gauge("hub_actors_active", "Actors in the memory of this node.", {
    read: () => host.active,
  });
  metrics.gauge(
    "hub_actor_deliveries_parked",
    "Events that wait for their receiver to be repaired.",
    { read: () => host.parked },
  );
  log.info("actors are hosted", { kinds: kinds.map(({ kind, version }) => `${kind}@${version}`) });
  const parts = stack.move();
  return { host, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}
