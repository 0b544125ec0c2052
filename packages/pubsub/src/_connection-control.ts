import type { Connection } from "./_connection.ts";
import type { Subscriptions } from "./_subscriptions.ts";
import type { EventEnvelope } from "./types.ts";

/** Longest topic that a client may subscribe: what a server keeps of clients has bounds. */
const MAX_TOPIC_LENGTH = 8192;

/** What clients may subscribe. */
export interface SubscribeRules {
  readonly maxTopics: number;
  readonly authorizeSubscribe?: ((topic: string, connection: Connection) => boolean) | undefined;
}

/**
 * Makes what does as a client's control messages say, and ignores those that it does not know.
 *
 * The function throws when a client may not have what it asks for.
 */
export function createConnectionControl(
  subscriptions: Subscriptions<Connection>,
  { maxTopics, authorizeSubscribe }: SubscribeRules,
): (message: EventEnvelope, connection: Connection) => void {
  function subscribe(topic: string, connection: Connection): void {
    const topics = subscriptions.of(connection);
    if (topics.has(topic)) return;
    if (topic.length > MAX_TOPIC_LENGTH) {
      throw new RangeError(`Cannot subscribe a topic of ${topic.length} characters`);
    }
    if (topics.size >= maxTopics) {
      throw new RangeError(`Cannot subscribe ${topic}: ${maxTopics} topics are the most`);
    }
    if (authorizeSubscribe !== undefined && !authorizeSubscribe(topic, connection)) {
      throw new Error(`Cannot subscribe ${topic}: the connection may not`);
    }
    subscriptions.add(connection, topic);
  }

  return ({ type, id, payload }, connection) => {
    const topic = id === "" ? topicInPayload(payload) : id;
    if (topic === undefined) return;
    if (type === "__unsubscribe") subscriptions.remove(connection, topic);
    else if (type === "__subscribe") subscribe(topic, connection);
  };
}

function topicInPayload(payload: unknown): string | undefined {
  if (typeof payload !== "object" || payload === null || !("topic" in payload)) return undefined;
  return typeof payload.topic === "string" ? payload.topic : undefined;
}
