/**
 * Publish and subscribe, in one process or over any transport.
 *
 * {@linkcode createPubSub} makes a pubsub over an event target, which is the transport: none is
 * needed in one process, and the other entry points of this package make targets for workers,
 * WebSockets, Redis and NATS. What is subscribed to is a {@linkcode Repeater}, an async iterable;
 * the operators ({@linkcode filter}, {@linkcode map}, {@linkcode take} and so on) turn one async
 * iterable into another, and {@linkcode pipe} puts them in a row.
 *
 * @module
 */
export {
  createPubSub,
  type OverflowPolicy,
  type PubSub,
  type PubSubConfig,
} from "./create-pubsub.ts";
export { EventTargetClosedError, QueueFullError } from "./errors.ts";
export {
  batch,
  type BatchOptions,
  chain,
  dedupe,
  type DedupeOptions,
  filter,
  flat,
  type Group,
  groupBy,
  type GroupByOptions,
  join,
  map,
  pipe,
  reduce,
  take,
  toArray,
  window,
  type WindowOptions,
} from "./operators.ts";
export {
  DroppingBuffer,
  FixedBuffer,
  MAX_QUEUE_LENGTH,
  type Push,
  Repeater,
  type RepeaterBuffer,
  type RepeaterExecutor,
  RepeaterOverflowError,
  SlidingBuffer,
  type Stop,
} from "./repeater.ts";
export type {
  EventEnvelope,
  PubSubEvent,
  PubSubEventMap,
  PubSubEventTarget,
  PubSubPublishArgsByKey,
  TypedEvent,
  TypedEventListener,
  TypedEventTarget,
} from "./types.ts";
