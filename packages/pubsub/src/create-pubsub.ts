/**
 * Publish and subscribe over any event target.
 *
 * @module
 */
import { type AnyEvent, type AnyEventTarget, eventMaker } from "./_events.ts";
import { createLocalEventTarget } from "./_local-event-target.ts";
import { createQueues, type OverflowPolicy, queueOverflow } from "./_queue.ts";
import { createReporter, type Reporter } from "./_report.ts";
import { topicOf } from "./_topic.ts";
import { EventTargetClosedError } from "./errors.ts";
import { MAX_QUEUE_LENGTH, Repeater } from "./repeater.ts";
import type { EventEnvelope, PubSubEventMap, PubSubEventTarget } from "./types.ts";

export type { OverflowPolicy } from "./_queue.ts";

/** How a pubsub is made. */
export interface PubSubConfig<TMap = PubSubEventMap> {
  /** The transport. Default: delivery in this process. */
  eventTarget?: PubSubEventTarget<TMap> | undefined;
  /** Events that may wait for one consumer. Default 1,024. */
  bufferSize?: number | undefined;
  /** What a full buffer means. Default `"throw"`: the slow consumer's own loop throws. */
  overflow?: OverflowPolicy | undefined;
  /** Told what a listener of `listen` threw. */
  onError?: ((error: unknown) => void) | undefined;
}

/** Publishes events and gives them out, by type and id. */
export interface PubSub<TMap = PubSubEventMap> {
  /**
   * Publishes an event.
   *
   * @throws {TypeError} when `type` is none.
   * @throws {EventTargetClosedError} when the pubsub is closed.
   */
  publish<K extends keyof TMap & string>(type: K, id: string, payload: TMap[K]): void;
  /**
   * Iterates over the events of exactly this type and id, from the first `next` on.
   *
   * @throws {TypeError} when `type` is none.
   */
  subscribe<K extends keyof TMap & string>(
    type: K,
    id: string,
  ): Repeater<EventEnvelope<K, TMap[K]>>;
  /**
   * Calls `listener` with each such event inside the target's delivery: in order of arrival
   * across all topics. Returns what ends that.
   *
   * @throws {TypeError} when `type` is none.
   */
  listen<K extends keyof TMap & string>(
    type: K,
    id: string,
    listener: (envelope: EventEnvelope<K, TMap[K]>) => void,
  ): () => void;
  /** Ends all iterations and removes all listeners; leaves the event target open. */
  close(): void;
  /** How many errors listeners of `listen` threw. */
  readonly errorCount: number;
}

/**
 * Makes a pubsub.
 *
 * @throws {TypeError} when an option is none.
 *
 * @example A loop over events, and a listener beside it
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { createPubSub } from "@alkdev/pubsub";
 *
 * const pubsub = createPubSub<{ "order.placed": { total: number } }>();
 *
 * const totals: number[] = [];
 * pubsub.listen("order.placed", "shop-1", ({ payload }) => totals.push(payload.total));
 *
 * const orders = pubsub.subscribe("order.placed", "shop-1");
 * const first = orders.next(); // from here on, events are kept for this loop
 * pubsub.publish("order.placed", "shop-1", { total: 12 });
 *
 * deepStrictEqual(totals, [12]);
 * deepStrictEqual((await first).value, {
 *   type: "order.placed",
 *   id: "shop-1",
 *   payload: { total: 12 },
 * });
 * pubsub.close();
 * ```
 */
export function createPubSub<TMap = PubSubEventMap>(config?: PubSubConfig<TMap>): PubSub<TMap> {
  const errors = createReporter(config?.onError);
  // Only the signatures know which payload belongs to which type; the code treats all alike.
  const target = config?.eventTarget as AnyEventTarget | undefined;
  const pubsub = openPubSub({
    target: target ?? createLocalEventTarget(errors.report),
    errors,
    bufferSize: config?.bufferSize ?? MAX_QUEUE_LENGTH,
    overflow: config?.overflow ?? "throw",
  });
  return pubsub as PubSub<TMap>;
}

interface Parts {
  readonly target: AnyEventTarget;
  readonly errors: Reporter;
  readonly bufferSize: number;
  readonly overflow: OverflowPolicy;
}

function openPubSub({ target, errors, bufferSize, overflow }: Parts): PubSub {
  const createQueue = createQueues(bufferSize, overflow);
  const makeEvent = eventMaker(target);
  const attachments = createAttachments(target);

  function subscribe(type: string, id: string): Repeater<EventEnvelope> {
    const topic = topicOf(type, id);
    const queue = createQueue();
    return new Repeater<EventEnvelope>((push, stop) => {
      const detach = attachments.attach(topic, {
        onClose: stop,
        receive(envelope) {
          if (!queue.overflows()) return void push(envelope);
          detach();
          stop(queueOverflow(topic, bufferSize));
        },
      });
      return stop.then(detach);
    }, queue.buffer);
  }

  function listen(
    type: string,
    id: string,
    listener: (envelope: EventEnvelope) => void,
  ): () => void {
    const receive = (envelope: EventEnvelope) => {
      try {
        listener(envelope);
      } catch (error) {
        errors.report(error);
      }
    };
    return attachments.attach(topicOf(type, id), { receive });
  }

  return {
    publish(type, id, payload) {
      const topic = topicOf(type, id);
      if (attachments.closed) {
        throw new EventTargetClosedError(`Cannot publish ${topic}: the pubsub is closed`);
      }
      target.dispatchEvent(makeEvent(topic, { type, id, payload }));
    },
    // The casts put the type back that the caller named: a topic only carries its own envelopes.
    subscribe: subscribe as PubSub["subscribe"],
    listen: listen as PubSub["listen"],
    close: () => attachments.close(),
    get errorCount() {
      return errors.count;
    },
  };
}

interface Receiver {
  receive(envelope: EventEnvelope): void;
  onClose?: () => void;
}

/** Keeps what one pubsub has attached to a target, so that closing can take all of it back. */
function createAttachments(target: AnyEventTarget) {
  const open = new Map<() => void, Receiver>();
  let closed = false;
  return {
    get closed(): boolean {
      return closed;
    },
    attach(topic: string, receiver: Receiver): () => void {
      if (closed) {
        receiver.onClose?.();
        return () => {};
      }
      const listener = (event: AnyEvent) => receiver.receive(event.detail);
      const detach = () => {
        if (open.delete(detach)) target.removeEventListener(topic, listener);
      };
      target.addEventListener(topic, listener);
      open.set(detach, receiver);
      return detach;
    },
    close(): void {
      closed = true;
      for (const [detach, receiver] of open) {
        detach();
        receiver.onClose?.();
      }
    },
  };
}
