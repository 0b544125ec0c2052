/**
 * What a hub sends for one subscription.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { type Bus, BusError } from "@hub/bus";

/** One message, which waits for its answer. */
export interface Arrival {
  readonly data: Uint8Array;
  /** Says that the next one may come, or with `data` something else. */
  answer(data?: Uint8Array): void;
}

/** Messages on one subject, one after the other. */
export interface Arrivals extends Disposable {
  /**
   * The next message.
   *
   * @throws {CallError} `UNAVAILABLE` when the hub is gone.
   * @throws {BusError} `NO_RESPONDERS` when there never was one.
   */
  next(): Promise<Arrival>;
}

export interface ArrivalsOptions {
  readonly reply: string;
  readonly signal: AbortSignal | undefined;
}

/** A hub that is there asks for us more often. */
const SILENCE_MS = 20_000;
const NO_RESPONDERS = 503;

/** Listens on a subject of one's own. */
export function openArrivals(
  { connection, onStatus }: Bus,
  { reply, signal }: ArrivalsOptions,
): Arrivals {
  let arrived = nobodyYet();
  /** Undefined while a message is looked at: the hub waits for us then, not we for it. */
  let silence: ReturnType<typeof setTimeout> | undefined;

  function wait(): void {
    clearTimeout(silence);
    silence = setTimeout(() => arrived.reject(gone()), SILENCE_MS);
  }

  function rest(): void {
    clearTimeout(silence);
    silence = undefined;
  }

  const subscription = connection.subscribe(reply, {
    callback(error, message) {
      if (error !== null) return;
      if (message.headers?.code === NO_RESPONDERS) return arrived.reject(nobodyThere());
      const { data } = message;
      const answer = (data?: Uint8Array) => {
        if (!connection.isClosed()) message.respond(data);
      };
      if (data.length > 0) return arrived.resolve({ data, answer });
      answer();
      if (silence !== undefined) wait();
    },
  });
  const abort = () => arrived.reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const forget = onStatus((status) => {
    if (status === "closed") arrived.reject(gone());
  });
  return {
    async next() {
      // What has happened while the last one was looked at.
      signal?.throwIfAborted();
      if (connection.isClosed()) throw gone();
      wait();
      const arrival = await arrived.promise;
      rest();
      arrived = nobodyYet();
      return arrival;
    },
    [Symbol.dispose]() {
      rest();
      forget();
      signal?.removeEventListener("abort", abort);
      if (!subscription.isClosed()) subscription.unsubscribe();
    },
  };
}

function nobodyYet(): PromiseWithResolvers<Arrival> {
  const arrived = Promise.withResolvers<Arrival>();
  // It may be rejected while nobody waits for it.
  arrived.promise.catch(() => undefined);
  return arrived;
}

function nobodyThere(): BusError {
  return new BusError("NO_RESPONDERS", "Cannot call the hub: no node of it is there");
}

function gone(): CallError {
  return new CallError("UNAVAILABLE", "the hub node is gone", undefined, { retryable: true });
}
