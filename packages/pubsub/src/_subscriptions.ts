/** Who subscribed what, found from both ends. */
export interface Subscriptions<T> {
  /** Notes that `subscriber` subscribed `topic`. */
  add(subscriber: T, topic: string): void;
  /** Takes that back, if it was so. */
  remove(subscriber: T, topic: string): void;
  /** Takes everything back that `subscriber` subscribed. */
  removeAll(subscriber: T): void;
  /** What `subscriber` subscribed. */
  of(subscriber: T): ReadonlySet<string>;
  /** Who subscribed `topic`. */
  to(topic: string): Iterable<T>;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Makes a table in which nobody subscribed anything. */
export function createSubscriptions<T>(): Subscriptions<T> {
  const topics = new Map<T, Set<string>>();
  const subscribers = new Map<string, Set<T>>();

  function remove(subscriber: T, topic: string): void {
    drop(topics, { key: subscriber, value: topic });
    drop(subscribers, { key: topic, value: subscriber });
  }

  return {
    add(subscriber, topic) {
      put(topics, { key: subscriber, value: topic });
      put(subscribers, { key: topic, value: subscriber });
    },
    remove,
    removeAll(subscriber) {
      for (const topic of [...topics.get(subscriber) ?? []]) remove(subscriber, topic);
    },
    of: (subscriber) => topics.get(subscriber) ?? NOTHING,
    to: (topic) => subscribers.get(topic) ?? [],
  };
}

interface Pair<K, V> {
  readonly key: K;
  readonly value: V;
}

function put<K, V>(map: Map<K, Set<V>>, { key, value }: Pair<K, V>): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, new Set([value]));
  else values.add(value);
}

function drop<K, V>(map: Map<K, Set<V>>, { key, value }: Pair<K, V>): void {
  const values = map.get(key);
  if (values?.delete(value) && values.size === 0) map.delete(key);
}
