import type { EventEnvelope, TypedEvent, TypedEventTarget } from "./types.ts";

/** An event as any pubsub may put it on a target. */
export type AnyEvent = TypedEvent<string, EventEnvelope>;

/** A target that carries events of any pubsub. */
export type AnyEventTarget = TypedEventTarget<AnyEvent>;

type MakeEvent = (topic: string, envelope: EventEnvelope) => AnyEvent;

/** Finds out how events for `target` are made: the DOM's own targets take only DOM events. */
export function eventMaker(target: AnyEventTarget): MakeEvent {
  if (typeof EventTarget === "function" && target instanceof EventTarget) return domEventMaker();
  return (type, detail) => ({ type, detail });
}

function domEventMaker(): MakeEvent {
  if (typeof CustomEvent === "function") {
    return (topic, detail) => new CustomEvent(topic, { detail });
  }
  // Node 18 hides `CustomEvent`. Made here, because small engines have no `Event` to extend.
  class EnvelopeEvent extends Event {
    readonly detail: EventEnvelope;
    constructor(topic: string, detail: EventEnvelope) {
      super(topic);
      this.detail = detail;
    }
  }
  return (topic, envelope) => new EnvelopeEvent(topic, envelope);
}
