/**
 * What goes wrong, by name.
 *
 * @module
 */

/** Something was published through a pubsub or an event target that is closed. */
export class EventTargetClosedError extends Error {
  /** The class name, for those who cannot use `instanceof`. */
  override readonly name = "EventTargetClosedError";
  /** What to branch on. */
  readonly code = "EVENT_TARGET_CLOSED";
}

/** An event was refused because as many as allowed are waiting for the connection. */
export class QueueFullError extends Error {
  /** The class name, for those who cannot use `instanceof`. */
  override readonly name = "QueueFullError";
  /** What to branch on. */
  readonly code = "QUEUE_FULL";
}

/** A consumer fell further behind than its buffer allows. */
export class RepeaterOverflowError extends Error {
  /** The class name, for those who cannot use `instanceof`. */
  override readonly name = "RepeaterOverflowError";
}
