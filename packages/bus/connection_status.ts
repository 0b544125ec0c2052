/**
 * Follows a NATS connection through its losses and recoveries.
 *
 * @module
 */
import type { NatsConnection, Status } from "@nats-io/nats-core";
import { createListeners } from "./listeners.ts";

/** How a bus is: `reconnecting` ends in one of the other two. */
export type BusStatus = "connected" | "reconnecting" | "closed";

/** A connection's status as it changes. */
export interface ConnectionStatus {
  readonly status: BusStatus;
  /** What the server or the network last complained of. */
  readonly lastError: Error | undefined;
  /** Tells of every change, in order; the result ends that. */
  onChange(listener: (status: BusStatus) => void): () => void;
  /** Tells of every error the server reports, e.g. a denied permission. */
  onError(listener: (error: Error) => void): () => void;
  /** Settles once the connection is closed and nothing more will be told. */
  readonly ended: Promise<void>;
}

/** Follows `connection` until it is closed. */
export function watchConnection(connection: NatsConnection): ConnectionStatus {
  let status: BusStatus = "connected";
  let lastError: Error | undefined;
  const changes = createListeners<BusStatus>();
  const errors = createListeners<Error>();

  function become(next: BusStatus): void {
    if (next === status || status === "closed") return;
    status = next;
    changes.tell(next);
  }

  function take(event: Status): void {
    if (event.type === "disconnect") become("reconnecting");
    else if (event.type === "reconnect") become("connected");
    else if (event.type === "error") {
      lastError = event.error;
      errors.tell(event.error);
    }
  }

  // Called here and not in the loop: what happens before its first turn is told as well.
  const events = connection.status();
  async function follow(): Promise<void> {
    for await (const event of events) take(event);
    const reason = await connection.closed();
    if (reason instanceof Error) lastError = reason;
    become("closed");
  }

  return {
    get status() {
      return status;
    },
    get lastError() {
      return lastError;
    },
    onChange: changes.add,
    onError: errors.add,
    ended: follow(),
  };
}
