/** What a Redis server does for publish and subscribe, in this process. */
export class FakeRedis {
  readonly #subscribers = new Set<FakeRedisClient>();

  /** A connection. */
  connect(): FakeRedisClient {
    const client = new FakeRedisClient((channel, message) => this.publish(channel, message));
    this.#subscribers.add(client);
    return client;
  }

  publish(channel: string, message: string): void {
    for (const client of this.#subscribers) client.receive(channel, message);
  }
}

type Listener = (channel: string, message: string) => void;

/** A connection to a `FakeRedis`. */
export class FakeRedisClient {
  readonly channels = new Set<string>();
  readonly listeners = new Set<Listener>();
  readonly #publish: Listener;
  /** Makes everything fail from now on. */
  broken = false;

  constructor(publish: Listener) {
    this.#publish = publish;
  }

  async publish(channel: string, message: string): Promise<void> {
    await this.#answer();
    this.#publish(channel, message);
  }

  async subscribe(channel: string): Promise<void> {
    await this.#answer();
    this.channels.add(channel);
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.#answer();
    this.channels.delete(channel);
  }

  on(_: "message", listener: Listener): void {
    this.listeners.add(listener);
  }

  off(_: "message", listener: Listener): void {
    this.listeners.delete(listener);
  }

  receive(channel: string, message: string): void {
    if (!this.channels.has(channel)) return;
    for (const listener of this.listeners) listener(channel, message);
  }

  async #answer(): Promise<void> {
    await Promise.resolve();
    if (this.broken) throw new Error("connection is closed");
  }
}
