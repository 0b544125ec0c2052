/**
 * Takes messages from a durable consumer that all nodes share: each message goes to one of them, and
 * to another one if that does not say in time what became of it.
 *
 * @module
 */
import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  JetStreamApiError,
  jetstreamManager,
  type JsMsg,
} from "@nats-io/jetstream";
import { nanos } from "@nats-io/nats-core";
import { backOff } from "./back_off.ts";
import type { Bus } from "./connect.ts";
import type { DurablePurpose, StreamPurpose } from "./purposes.ts";
import { durableName, streamName } from "./subjects.ts";

/** A message that was taken. */
export interface TakenMessage {
  readonly subject: string;
  readonly data: Uint8Array;
}

/** What could not be done. */
export interface DurableFailure {
  readonly durable: DurablePurpose;
  /** Of the message that could not be dealt with; absent when there is no getting at messages at all. */
  readonly subject?: string;
  /** How often it was tried by now, at whichever node. */
  readonly attempt: number;
}

/** What {@linkcode serveDurable} needs to know. */
export interface ServeDurableOptions {
  readonly stream: StreamPurpose;
  readonly durable: DurablePurpose;
  /** Subjects of the messages. */
  readonly filter: string;
  /**
   * Resolves once the message has been dealt with, which removes it from the stream; a message for
   * which it rejects comes again, after a pause that grows with each attempt.
   */
  readonly handle: (message: TakenMessage) => Promise<void>;
  /** Told of the first failed attempt at a message, the second, the fourth, the eighth, and so on. */
  readonly onError?: (error: unknown, failure: DurableFailure) => void;
  /** How long a node may take before another one gets the message. Default 10,000. */
  readonly ackWaitMs?: number;
  /** Messages that one node deals with at a time. Default 64. */
  readonly maxInFlight?: number;
}

const ACK_WAIT_MS = 10_000;
const MAX_IN_FLIGHT = 64;
/** Of all nodes together, so that a slow one does not keep the others from working. */
const MAX_ACK_PENDING = 4_096;
const AGAIN_AFTER_MS = 500, LONGEST_AGAIN_MS = 30_000;
const PULL_MS = 5_000;
const UNAVAILABLE = 503;

/**
 * Serves until it is disposed of, which waits for the messages in hand; goes on by itself once a server
 * that is not there, or a cluster without a leader, is there again.
 */
export async function serveDurable(
  bus: Bus,
  options: ServeDurableOptions,
): Promise<AsyncDisposable> {
  const { stream, durable, filter, ackWaitMs = ACK_WAIT_MS } = options;
  const name = streamName(bus.realm, stream);
  const manager = await jetstreamManager(bus.connection, { checkAPI: false });
  const create = () =>
    manager.consumers.add(name, {
      durable_name: durableName(durable),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      filter_subject: filter,
      ack_wait: nanos(ackWaitMs),
      max_ack_pending: MAX_ACK_PENDING,
    });
  // A cluster that has not found together yet cannot; what is wrong for good is said at once.
  await create().catch((error) => {
    if (!(error instanceof JetStreamApiError && error.status === UNAVAILABLE)) throw error;
  });
  const closing = new AbortController();
  const inHand = new Set<Promise<void>>();

  function tell(error: unknown, attempt: number, about: { readonly subject?: string } = {}): void {
    if (bus.connection.isClosed() || !isPowerOfTwo(attempt)) return;
    options.onError?.(error, { durable, attempt, ...about });
  }

  async function take(message: JsMsg): Promise<void> {
    const { subject } = message;
    try {
      await options.handle(message);
      // Before the ack: a message that was dealt with and not removed would stay for good.
      await remove(message);
      message.ack();
    } catch (error) {
      // Whatever went wrong, nobody knows that it was dealt with: it comes again.
      const { deliveryCount: attempt } = message.info;
      if (!bus.connection.isClosed()) message.nak(againAfterMs(attempt));
      tell(error, attempt, { subject });
    }
  }

  async function remove({ seq }: JsMsg): Promise<void> {
    try {
      await manager.streams.deleteMessage(name, seq, false);
    } catch (error) {
      // Perhaps by whoever dealt with it before and could not say so: there is no number for that.
      if (await manager.streams.getMessage(name, { seq }) !== null) throw error;
    }
  }

  async function follow(): Promise<void> {
    await create();
    const consumer = await jetstream(bus.connection).consumers.get(name, durableName(durable));
    const { maxInFlight: max_messages = MAX_IN_FLIGHT } = options;
    const messages = await consumer.consume({
      max_messages,
      // A server that has lost the request is asked anew after this.
      expires: PULL_MS,
      // Nobody else would make a consumer again that is gone.
      abort_on_missing_resource: true,
    });
    const stop = () => messages.stop();
    closing.signal.addEventListener("abort", stop, { once: true });
    if (closing.signal.aborted) stop();
    try {
      for await (const message of messages) {
        const taking = take(message).finally(() => inHand.delete(taking));
        inHand.add(taking);
        if (inHand.size >= max_messages) await Promise.race(inHand);
      }
    } finally {
      closing.signal.removeEventListener("abort", stop);
    }
  }

  async function serve(): Promise<void> {
    for (let tries = 1; !closing.signal.aborted && !bus.connection.isClosed(); tries++) {
      // No connection or no leader: the next try will tell.
      await follow().then(() => tries = 0, (error) => {
        if (bus.status === "connected" && !closing.signal.aborted) tell(error, tries);
      });
      await backOff(tries + 1, closing.signal).catch(() => undefined);
    }
  }

  const serving = serve();
  return {
    async [Symbol.asyncDispose]() {
      closing.abort();
      await serving;
      await Promise.all(inHand);
    },
  };
}

function isPowerOfTwo(attempt: number): boolean {
  return Number.isInteger(Math.log2(attempt));
}

function againAfterMs(attempt: number): number {
  return Math.min(AGAIN_AFTER_MS * 2 ** (attempt - 1), LONGEST_AGAIN_MS);
}
