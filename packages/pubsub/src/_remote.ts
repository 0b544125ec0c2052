import type { AnyEvent } from "./_events.ts";
import { createListeners } from "./_listeners.ts";
import { topicOf } from "./_topic.ts";
import { isEnvelopeShaped } from "./_wire.ts";
import { EventTargetClosedError } from "./errors.ts";
import type { EventEnvelope, TypedEvent, TypedEventTarget } from "./types.ts";

/** What an event target does with its transport. */
export interface Transport {
  /** Sends an event. What it throws, the publisher gets. */
  send(envelope: EventEnvelope, topic: string): void;
  /** Somebody listens to `topic` now. */
  subscribe?(topic: string): void;
  /** Nobody listens to `topic` any more. */
  unsubscribe?(topic: string): void;
  /** Gives back what was taken; topics were unsubscribed before. */
  close(): void;
}

/** What a transport does with its event target. */
export interface Inbox {
  /** Delivers an event to the listeners of `topic`, else of its own topic. */
  deliver(envelope: EventEnvelope, topic?: string): void;
  /** Whether anybody listens to `topic`. */
  has(topic: string): boolean;
  /** Topics that somebody listens to. */
  topics(): string[];
}

/** Where errors go that have no caller. */
export interface Errors {
  report(error: unknown): void;
  readonly count: number;
}

/** What all event targets have in common. */
export interface RemoteEventTarget<TEvent extends TypedEvent> extends TypedEventTarget<TEvent> {
  /** Lets go of the transport; a second time does nothing. */
  close(): void;
  /** How many errors had nobody to be thrown at. */
  readonly errorCount: number;
}

/** An event target and what it was made of. */
export interface Connected<TEvent extends TypedEvent, TTransport extends Transport> {
  readonly target: RemoteEventTarget<TEvent>;
  readonly transport: TTransport;
}

/** Makes an event target of a transport; `name` is for messages. */
export function connectEventTarget<TEvent extends TypedEvent, TTransport extends Transport>(
  name: string,
  { errors, connect }: { errors: Errors; connect: (inbox: Inbox) => TTransport },
): Connected<TEvent, TTransport> {
  const listeners = createListeners<TEvent>(errors.report);
  let closed = false;
  const transport = connect({
    deliver(envelope, topic) {
      const event: AnyEvent = { type: topicOf(envelope.type, envelope.id), detail: envelope };
      // Which events there are is said by the caller's type argument alone.
      listeners.deliver(event as TypedEvent as TEvent, topic);
    },
    has: listeners.has,
    topics: listeners.topics,
  });

  function attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      errors.report(error);
    }
  }

  const target: RemoteEventTarget<TEvent> = {
    addEventListener(topic, callback) {
      if (closed || !listeners.add(topic, callback)) return;
      try {
        transport.subscribe?.(topic);
      } catch (error) {
        listeners.remove(topic, callback);
        throw error;
      }
    },

    removeEventListener(topic, callback) {
      if (listeners.remove(topic, callback)) transport.unsubscribe?.(topic);
    },

    dispatchEvent({ detail }) {
      if (!isEnvelopeShaped(detail)) {
        throw new TypeError("Cannot dispatch an event: its detail must be an envelope");
      }
      const topic = topicOf(detail.type, detail.id);
      if (closed) {
        throw new EventTargetClosedError(`Cannot dispatch ${topic}: the ${name} target is closed`);
      }
      // Just these three travel, whatever else the object may carry.
      transport.send({ type: detail.type, id: detail.id, payload: detail.payload }, topic);
      return true;
    },

    close() {
      if (closed) return;
      closed = true;
      const topics = listeners.topics();
      listeners.clear();
      // What one topic has against it must not keep the others, or the transport, from their end.
      for (const topic of topics) attempt(() => transport.unsubscribe?.(topic));
      attempt(() => transport.close());
    },

    get errorCount() {
      return errors.count;
    },
  };
  return { target, transport };
}
