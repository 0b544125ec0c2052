import type { NatsConnectionLike } from "../src/event-target-nats.ts";

interface Interest {
  readonly subject: string;
  readonly queue: string | undefined;
  readonly callback: (error: Error | null, message: never) => void;
}

/** What a NATS server does for publish and subscribe, in this process. */
export class FakeNats {
  readonly interests = new Set<Interest>();
  closed = false;

  /** A connection. */
  connect(): NatsConnectionLike {
    const connection = {
      publish: (subject: string, data: Uint8Array) => {
        if (this.closed) throw new Error("closed connection");
        queueMicrotask(() => this.publish(subject, data));
      },
      subscribe: (subject: string, { queue, callback }: Omit<Interest, "subject">) => {
        const interest = { subject, queue, callback };
        this.interests.add(interest);
        return { unsubscribe: () => this.interests.delete(interest) };
      },
      flush: () => Promise.resolve(),
      isClosed: () => this.closed,
    };
    // Of messages and subscriptions, this has only what a target needs.
    return connection as unknown as NatsConnectionLike;
  }

  publish(subject: string, data: Uint8Array): void {
    const groups = new Set<string>();
    for (const { subject: pattern, queue, callback } of this.interests) {
      if (!matches(pattern, subject)) continue;
      if (queue !== undefined && groups.has(`${pattern} ${queue}`)) continue;
      if (queue !== undefined) groups.add(`${pattern} ${queue}`);
      callback(null, { subject, data } as never);
    }
  }
}

function matches(pattern: string, subject: string): boolean {
  const tokens = subject.split(".");
  const wanted = pattern.split(".");
  return wanted.length === tokens.length &&
    wanted.every((token, at) => token === "*" || token === tokens[at]);
}
