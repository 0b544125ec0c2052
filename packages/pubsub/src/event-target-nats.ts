/**
 * Events through NATS: an event target over a connection that somebody else opened.
 *
 * @module
 */
import type { Msg, NatsConnection, Subscription } from "@nats-io/nats-core";
import { checkLength, checkPrefix, subjectToken } from "./_nats-subject.ts";
import { createReporter } from "./_report.ts";
import { connectEventTarget, type Inbox, type Transport } from "./_remote.ts";
import { encodeEnvelope, isControl, readEnvelope, type Serializer } from "./_wire.ts";
import type { EventEnvelope, TypedEvent, TypedEventTarget } from "./types.ts";

export type { Serializer } from "./_wire.ts";

/** What is needed of a connection. */
export type NatsConnectionLike = Pick<
  NatsConnection,
  "publish" | "subscribe" | "flush" | "isClosed"
>;

/** How a NATS target is made. */
export interface NatsEventTargetOptions {
  /** Opened by the caller, by any transport, and not with `noEcho`. */
  connection: NatsConnectionLike;
  /** What subjects begin with. Default `"alk"`. */
  prefix?: string | undefined;
  /** Queue group of subscriptions, for all types or by type; each event reaches one member. */
  queue?: string | ((type: string) => string | undefined) | undefined;
  /** How envelopes become text. Default JSON. */
  serializer?: Serializer | undefined;
  /** Told what had nobody to be thrown at. */
  onError?: ((error: unknown) => void) | undefined;
}

/** An event target over NATS. */
export interface NatsEventTarget<TEvent extends TypedEvent> extends TypedEventTarget<TEvent> {
  /** Unsubscribes everything; the connection stays open. */
  close(): void;
  /** Resolves when the server has seen all subscriptions and events so far. */
  flush(): Promise<void>;
  /** How many errors had nobody to be thrown at. */
  readonly errorCount: number;
}

/**
 * Spells the subject of events of `type` and `id`.
 *
 * @throws {TypeError} when the prefix is none.
 * @throws {RangeError} when the subject is too long for a server.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { natsSubject } from "@alkdev/pubsub/event-target-nats";
 *
 * strictEqual(natsSubject("alk", "call.requested", ""), "alk.call=2Erequested.=");
 * ```
 */
export function natsSubject(prefix: string, type: string, id: string): string {
  return checkLength(`${checkPrefix(prefix)}.${subjectToken(type)}.${subjectToken(id)}`);
}

/**
 * Makes an event target of a connection.
 *
 * @throws {TypeError} when an option is none.
 */
export function createNatsEventTarget<TEvent extends TypedEvent>(
  options: NatsEventTargetOptions,
): NatsEventTarget<TEvent> {
  const { connection, queue, serializer } = options;
  const prefix = checkPrefix(options.prefix ?? "alk");
  const errors = createReporter(options.onError);

  function connect(inbox: Inbox): Transport {
    const subscriptions = new Map<string, Subscription>();
    const receive = (interest: Interest, message: Msg): void => {
      const envelope = readEnvelope(message.data, serializer);
      if (isControl(envelope.type)) return;
      // Who may publish what is granted by subject; an envelope must not claim otherwise.
      const { type, id } = envelope;
      const honest = interest.wildcard
        ? natsSubject(prefix, type, id) === message.subject
        : `${type}:${id}` === interest.topic;
      if (!honest) {
        throw new TypeError(`Cannot deliver ${type}:${id}: it came on ${message.subject}`);
      }
      inbox.deliver(envelope, interest.topic);
    };
    return {
      send(envelope) {
        refuseWildcard(envelope);
        const subject = natsSubject(prefix, envelope.type, envelope.id);
        connection.publish(subject, encodeEnvelope(envelope, serializer));
      },
      subscribe(topic) {
        const interest = parseTopic(prefix, topic);
        const group = queueGroup(queue, interest.type);
        const subscription = connection.subscribe(interest.subject, {
          ...group === undefined ? {} : { queue: group },
          // By callback, not by iteration: so events of all topics come in order of arrival.
          callback: (error, message) => {
            if (error) return errors.report(error);
            try {
              receive(interest, message);
            } catch (error) {
              errors.report(error);
            }
          },
        });
        subscriptions.set(topic, subscription);
      },
      unsubscribe(topic) {
        const subscription = subscriptions.get(topic);
        subscriptions.delete(topic);
        if (!connection.isClosed()) subscription?.unsubscribe();
      },
      close() {},
    };
  }

  return {
    ...connectEventTarget<TEvent, Transport>("NATS", { errors, connect }).target,
    flush: () => connection.flush(),
    get errorCount() {
      return errors.count;
    },
  };
}

interface Interest {
  readonly topic: string;
  readonly type: string;
  readonly subject: string;
  /** Whether the topic stands for many. */
  readonly wildcard: boolean;
}

/** Finds out what to subscribe for a topic. */
function parseTopic(prefix: string, topic: string): Interest {
  const colon = topic.indexOf(":");
  const type = topic.slice(0, colon);
  const id = topic.slice(colon + 1);
  if (colon < 1 || type.includes("*") && topic !== "*:*") {
    throw new TypeError(
      `Cannot listen to ${topic}: it must be <type>:<id>, <type>:* for all ids, or *:* for all`,
    );
  }
  if (id !== "*") return { topic, type, subject: natsSubject(prefix, type, id), wildcard: false };
  const token = type === "*" ? "*" : subjectToken(type);
  return { topic, type, subject: checkLength(`${prefix}.${token}.*`), wildcard: true };
}

/** Listening to all types is watching; it must not take events away from those who work. */
function queueGroup(queue: NatsEventTargetOptions["queue"], type: string): string | undefined {
  if (type === "*") return undefined;
  return typeof queue === "function" ? queue(type) : queue;
}

function refuseWildcard({ type, id }: EventEnvelope): void {
  if (type !== "*" && id !== "*") return;
  throw new TypeError(`Cannot publish ${type}:${id}: "*" stands for all types or ids`);
}
