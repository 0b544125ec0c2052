/**
 * Events through Redis: an event target over its publish and subscribe.
 *
 * @module
 */
import { createReporter } from "./_report.ts";
import { connectEventTarget, type Inbox, type Transport } from "./_remote.ts";
import { topicOf } from "./_topic.ts";
import { isControl, readEnvelope, type Serializer } from "./_wire.ts";
import type { TypedEvent, TypedEventTarget } from "./types.ts";

export type { Serializer } from "./_wire.ts";

/** What is needed of the client that publishes: `Redis` and `Cluster` of ioredis have it. */
export interface RedisPublishClient {
  /** Publishes a message on a channel. */
  publish(channel: string, message: string): Promise<unknown>;
}

/** What is needed of the client that subscribes: `Redis` and `Cluster` of ioredis have it. */
export interface RedisSubscribeClient {
  /** Subscribes a channel. */
  subscribe(channel: string): Promise<unknown>;
  /** Takes that back. */
  unsubscribe(channel: string): Promise<unknown>;
  /** Begins to listen. */
  on(event: "message", listener: (channel: string, message: string) => void): unknown;
  /** Ends listening. */
  off(event: "message", listener: (channel: string, message: string) => void): unknown;
}

/** How a Redis target is made. */
export interface RedisEventTargetOptions {
  /** Publishes. */
  publishClient: RedisPublishClient;
  /** Subscribes. Another client: a subscribed connection can do nothing else. */
  subscribeClient: RedisSubscribeClient;
  /** How envelopes become text. Default JSON. */
  serializer?: Serializer | undefined;
  /** What channels begin with. Default nothing. */
  prefix?: string | undefined;
  /** Told what had nobody to be thrown at. */
  onError?: ((error: unknown) => void) | undefined;
}

/** An event target over Redis. */
export interface RedisEventTarget<TEvent extends TypedEvent> extends TypedEventTarget<TEvent> {
  /** Unsubscribes everything; both clients stay connected. */
  close(): void;
  /** How many errors had nobody to be thrown at. */
  readonly errorCount: number;
}

/** Makes an event target of two connections to Redis. */
export function createRedisEventTarget<TEvent extends TypedEvent>(
  options: RedisEventTargetOptions,
): RedisEventTarget<TEvent> {
  const { publishClient, subscribeClient, serializer = JSON, prefix = "" } = options;
  const errors = createReporter(options.onError);

  function connect(inbox: Inbox): Transport {
    const receive = (channel: string, message: string): void => {
      const topic = channel.slice(prefix.length);
      if (!channel.startsWith(prefix) || !inbox.has(topic)) return;
      try {
        const envelope = readEnvelope(message, serializer);
        if (isControl(envelope.type)) return;
        if (topicOf(envelope.type, envelope.id) !== topic) {
          throw new TypeError(
            `Cannot deliver ${envelope.type}:${envelope.id}: it came as ${topic}`,
          );
        }
        inbox.deliver(envelope);
      } catch (error) {
        errors.report(error);
      }
    };
    subscribeClient.on("message", receive);
    return {
      send: (envelope, topic) => {
        const message = serializer.stringify(envelope);
        publishClient.publish(prefix + topic, message).catch(errors.report);
      },
      subscribe: (topic) => void subscribeClient.subscribe(prefix + topic).catch(errors.report),
      unsubscribe: (topic) => void subscribeClient.unsubscribe(prefix + topic).catch(errors.report),
      close: () => void subscribeClient.off("message", receive),
    };
  }

  return connectEventTarget<TEvent, Transport>("Redis", { errors, connect }).target;
}
