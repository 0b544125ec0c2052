/**
 * The shapes that travel through a pubsub.
 *
 * @module
 */

/** One published event: the only thing that crosses a transport. */
export interface EventEnvelope<TType extends string = string, TPayload = unknown> {
  /** Event type, such as `order.placed`. */
  type: TType;
  /** Correlation key: a request id, a topic, or `""` for a broadcast. */
  id: string;
  /** Whatever the publisher handed over; no event target looks inside. */
  payload: TPayload;
}

/** Event type to payload type. */
export type PubSubEventMap = Record<string, unknown>;

/** Another name of {@linkcode PubSubEventMap}. */
export type PubSubPublishArgsByKey = PubSubEventMap;

/** An event as listeners of an event target see it. */
export interface TypedEvent<TType extends string = string, TDetail = unknown> {
  /** The topic: `<type>:<id>`. */
  type: TType;
  /** The envelope. */
  detail: TDetail;
}

/** A listener: a function, or an object with `handleEvent`. */
export type TypedEventListener<TEvent extends TypedEvent> =
  | ((event: TEvent) => void)
  | { handleEvent(event: TEvent): void };

/** The part of the DOM's `EventTarget` that a pubsub needs of its transport. */
export interface TypedEventTarget<TEvent extends TypedEvent> {
  /** Calls `callback` for each event of the topic `type`; the same callback counts once. */
  addEventListener(
    type: TEvent["type"],
    callback: TypedEventListener<TEvent> | null,
    options?: unknown,
  ): void;
  /** Takes back what `addEventListener` did. */
  removeEventListener(
    type: TEvent["type"],
    callback: TypedEventListener<TEvent> | null,
    options?: unknown,
  ): void;
  /** Hands the event to the transport. */
  dispatchEvent(event: TEvent): boolean;
}

/** The events that a pubsub of the map `TMap` puts on its target. */
export type PubSubEvent<TMap> = {
  [K in keyof TMap & string]: TypedEvent<`${K}:${string}`, EventEnvelope<K, TMap[K]>>;
}[keyof TMap & string];

/** An event target that carries the events of the map `TMap`. */
export type PubSubEventTarget<TMap> = TypedEventTarget<PubSubEvent<TMap>>;
