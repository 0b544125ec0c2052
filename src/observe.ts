import type { Bus, Membership } from "@hub/bus";
import { getLogger } from "./logger/mod.ts";
import type { Metrics } from "./metrics/mod.ts";
import type { Database } from "./storage/database.ts";
import { VERSION } from "./version.ts";

const log = getLogger("nats");

/** The parts of a node that are measured from outside. */
export interface ObservedParts {
  readonly bus: Bus;
  readonly membership: Membership;
  readonly database: Database;
}

/** Declares the metrics that say how a node itself is. */
export function observe(metrics: Metrics, { bus, membership, database }: ObservedParts): void {
  const startedAt = Date.now() / 1000;
  metrics.gauge("hub_info", "Version of the hub; always 1.", {
    read: () => [{ labels: { version: VERSION, deno: Deno.version.deno }, value: 1 }],
  });
  metrics.gauge("process_start_time_seconds", "When the hub started, Unix time.", {
    read: () => startedAt,
  });
  metrics.gauge(
    "process_resident_memory_bytes",
    "Memory that the process holds.",
    { read: () => Deno.memoryUsage().rss },
  );
  metrics.gauge(
    "hub_nats_connected",
    "Whether the connection to NATS is up.",
    { read: () => bus.status === "connected" ? 1 : 0 },
  );
  metrics.gauge("hub_nodes", "Nodes of this hub that are alive.", {
    read: () => membership.nodes().length,
  });
  metrics.gauge("hub_postgres_connections", "Connections to Postgres, by state.", {
    read() {
      const { total, idle, waiting } = database.counts();
      return [
        { labels: { state: "busy" }, value: total - idle },
        { labels: { state: "idle" }, value: idle },
        { labels: { state: "wanted" }, value: waiting },
      ];
    },
  });
  const lost = metrics.counter(
    "hub_nats_disconnects_total",
    "Times the connection to NATS was lost.",
  ).series();
  bus.onStatus((status) => {
    if (status === "reconnecting") {
      lost.add();
      log.warn("connection to NATS lost: reconnecting", { error: bus.lastError?.message });
    } else if (status === "connected") log.info("connection to NATS is back");
  });
}
