/**
 * Removes what a stream holds of one subject.
 *
 * @module
 */
import { JetStreamApiError, jetstreamManager } from "@nats-io/jetstream";
import type { Bus } from "./connect.ts";
import { BusError } from "./errors.ts";
import type { StreamPurpose } from "./purposes.ts";
import { streamName } from "./subjects.ts";

/** Removes the messages of subjects from streams of one realm. */
export interface StreamPurger {
  /** @throws {BusError} `DISCONNECTED`, `CLOSED` or `TIMEOUT`; purging again does no harm. */
  purge(stream: StreamPurpose, subject: string): Promise<void>;
}

/** Opens a purger. */
export async function openStreamPurger(bus: Bus): Promise<StreamPurger> {
  const manager = await jetstreamManager(bus.connection, { checkAPI: false });
  return {
    async purge(stream, subject) {
      // The client would wait for an answer to what it never sent.
      if (bus.status !== "connected") {
        const code = bus.status === "closed" ? "CLOSED" : "DISCONNECTED";
        throw new BusError(code, `Cannot purge ${subject}: there is no connection to NATS`);
      }
      try {
        await manager.streams.purge(streamName(bus.realm, stream), { filter: subject });
      } catch (cause) {
        const code = cause instanceof JetStreamApiError ? "PUBLISH_REFUSED" : "TIMEOUT";
        throw new BusError(code, `Cannot purge ${subject}: ${String(cause)}`, { cause });
      }
    },
  };
}
