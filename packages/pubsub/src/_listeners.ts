import type { TypedEvent, TypedEventListener } from "./types.ts";

interface Entry<TEvent extends TypedEvent> {
  readonly callback: TypedEventListener<TEvent>;
  removed: boolean;
}

interface Topic<TEvent extends TypedEvent> {
  readonly entries: Map<TypedEventListener<TEvent>, Entry<TEvent>>;
  /** The entries as deliveries walk them; made anew after each change. */
  list: readonly Entry<TEvent>[] | undefined;
}

interface Delivery<TEvent extends TypedEvent> {
  readonly event: TEvent;
  readonly list: readonly Entry<TEvent>[];
  next: number;
}

/** The listeners of one event target, by topic. */
export interface Listeners<TEvent extends TypedEvent> {
  /** Adds a listener. Says whether it is the first one of its topic. */
  add(topic: string, callback: TypedEventListener<TEvent> | null): boolean;
  /** Removes a listener. Says whether it was the last one of its topic. */
  remove(topic: string, callback: TypedEventListener<TEvent> | null): boolean;
  /** Calls the listeners of `topic` (else: of the event's type), in the order they were added. */
  deliver(event: TEvent, topic?: string): void;
  /** Whether anybody listens to `topic`. */
  has(topic: string): boolean;
  /** Topics that have a listener. */
  topics(): string[];
  /** Removes all listeners. */
  clear(): void;
}

/** Makes an empty table; what a listener throws goes to `report` and stops nobody. */
export function createListeners<TEvent extends TypedEvent>(
  report: (error: unknown) => void,
): Listeners<TEvent> {
  const topics = new Map<string, Topic<TEvent>>();
  const deliveries: Delivery<TEvent>[] = [];

  function call(entry: Entry<TEvent>, event: TEvent): void {
    if (entry.removed) return;
    try {
      if (typeof entry.callback === "function") entry.callback(event);
      else entry.callback.handleEvent(event);
    } catch (error) {
      report(error);
    }
  }

  return {
    add(name, callback) {
      if (callback === null) return false;
      const known = topics.get(name);
      if (known?.entries.has(callback)) return false;
      const topic = known ?? { entries: new Map(), list: undefined };
      topic.entries.set(callback, { callback, removed: false });
      topic.list = undefined;
      topics.set(name, topic);
      return known === undefined;
    },

    remove(name, callback) {
      const topic = topics.get(name);
      const entry = callback === null ? undefined : topic?.entries.get(callback);
      if (topic === undefined || entry === undefined) return false;
      entry.removed = true;
      topic.entries.delete(entry.callback);
      topic.list = undefined;
      return topic.entries.size === 0 && topics.delete(name);
    },

    // An event that a listener dispatches is queued behind the one being delivered, and both are
    // delivered before that inner dispatch returns: so everyone sees events in the same order.
    deliver(event, name = event.type) {
      const topic = topics.get(name);
      if (topic === undefined) return;
      topic.list ??= [...topic.entries.values()];
      deliveries.push({ event, list: topic.list, next: 0 });
      for (let head = deliveries[0]; head !== undefined; head = deliveries[0]) {
        const entry = head.list[head.next++];
        if (entry === undefined) deliveries.shift();
        else call(entry, head.event);
      }
    },

    has: (name) => topics.has(name),

    topics: () => [...topics.keys()],

    clear() {
      for (const { entries } of topics.values()) {
        for (const entry of entries.values()) entry.removed = true;
      }
      topics.clear();
    },
  };
}
