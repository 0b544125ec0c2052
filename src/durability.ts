/**
 * What the setting `durability` asks of NATS.
 *
 * @module
 */
import type { HubConfig } from "./config/mod.ts";
import type { NatsSync } from "./embedded/nats_process.ts";

/** Copies with which the loss of one server loses nothing, and stops nobody. */
export const REPLICAS = 3;

/**
 * The configuration with the copies that its durability asks for. One embedded server has one disk:
 * it can sync, and it can copy to nobody.
 *
 * @throws {Error} when the embedded server cannot give it, before anything is started.
 */
export function withDurability(config: HubConfig): HubConfig {
  const { durability, nats } = config;
  if (durability === "fast") return config;
  if (nats.url !== undefined) {
    return { ...config, nats: { ...nats, replicas: Math.max(nats.replicas, REPLICAS) } };
  }
  if (durability === "synced") return config;
  throw new Error(
    `Cannot start with durability "${durability}": the embedded NATS is one server. Name a cluster ` +
      `of ${REPLICAS} with nats.url (NATS_URL), or set durability to "fast" or "synced".`,
  );
}

/** When the embedded server brings what it has acknowledged to the disk, as nats.conf says it. */
export function embeddedSync({ durability }: Pick<HubConfig, "durability">): NatsSync {
  return durability === "synced" ? "always" : "2m";
}
