/**
 * How many servers hold what is acknowledged.
 *
 * @module
 */
import { JetStreamApiError, jetstreamManager, StorageType } from "@nats-io/jetstream";
import { BusError } from "./errors.ts";
import type { Bus } from "./connect.ts";
import { probeStreamName, streamName } from "./subjects.ts";

/** How the logs of a realm are kept. */
export interface Replication {
  /** Copies of each log. */
  readonly replicas: number;
  /** Of those, the ones that are reachable and have everything. */
  readonly inStep: number;
}

const STREAM_NOT_FOUND = 10059;

/**
 * Says how the logs are kept; `undefined` before the first start of a hub has declared them.
 *
 * @throws {BusError} `TIMEOUT` when no server can say.
 */
export async function replicationOf({ connection, realm }: Bus): Promise<Replication | undefined> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  try {
    const { config, cluster } = await manager.streams.info(streamName(realm, "EVENTS"));
    const others = (cluster?.replicas ?? []).filter(({ current, offline }) => current && !offline);
    return { replicas: config.num_replicas, inStep: others.length + 1 };
  } catch (cause) {
    if (cause instanceof JetStreamApiError && cause.code === STREAM_NOT_FOUND) return undefined;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BusError("TIMEOUT", `Cannot say how the logs are kept: ${reason}`, { cause });
  }
}

/**
 * Tries whether the servers can keep so many copies: makes an empty stream and deletes it again.
 *
 * @throws {BusError} `STREAM_REFUSED` when they cannot.
 */
export async function tryReplicas({ connection, realm }: Bus, replicas: number): Promise<void> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const name = probeStreamName(realm, crypto.randomUUID().slice(0, 8));
  try {
    await manager.streams.add({
      name,
      subjects: [name],
      storage: StorageType.Memory,
      num_replicas: replicas,
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BusError("STREAM_REFUSED", `Cannot keep ${replicas} copies: ${reason}`, { cause });
  }
  await manager.streams.delete(name);
}
