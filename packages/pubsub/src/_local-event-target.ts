import { createListeners } from "./_listeners.ts";
import type { TypedEvent, TypedEventTarget } from "./types.ts";

/**
 * Makes the event target of a pubsub that has no other: delivers at once, in this process.
 *
 * Not the DOM's, which small engines lack and which is slower.
 */
export function createLocalEventTarget<TEvent extends TypedEvent>(
  report: (error: unknown) => void,
): TypedEventTarget<TEvent> {
  const listeners = createListeners<TEvent>(report);
  return {
    addEventListener: (topic, callback) => void listeners.add(topic, callback),
    removeEventListener: (topic, callback) => void listeners.remove(topic, callback),
    dispatchEvent(event) {
      listeners.deliver(event);
      return true;
    },
  };
}
