/**
 * Requests that wait for their answers. Every entry settles exactly once and leaves nothing behind.
 *
 * @module
 */
import type { ShortLived } from "./busy_map.ts";
import type { Clock } from "./clock.ts";
import { DeadlineQueue } from "./deadline_queue.ts";
import { CallError, InfrastructureErrorCode } from "./error.ts";
import { type QueueLimits, ValueQueue } from "./value_queue.ts";

const { ABORTED, TIMEOUT } = InfrastructureErrorCode;

interface CallEntry<T, N> {
  readonly type: "call";
  readonly note: N | undefined;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
  readonly disarm: () => void;
}

interface StreamEntry<T, N> {
  readonly type: "subscribe";
  readonly note: N | undefined;
  readonly queue: ValueQueue<T>;
  readonly idleTimeout: number | undefined;
  disarm: () => void;
}

/** A request that waits, and what its owner noted about it. */
export type PendingEntry<T, N = never> = CallEntry<T, N> | StreamEntry<T, N>;

/** What a table is made of. */
export interface PendingTableOptions<T, N = never> {
  /** Where requests are kept, by id. */
  readonly entries: ShortLived<PendingEntry<T, N>>;
  readonly clock: Clock;
  /** What may wait for a subscription's consumer. */
  readonly queue: QueueLimits;
  /** Told of requests that this side gave up, so that the other side can stop. */
  readonly onGiveUp: (id: string) => void;
  /** Told of each request with a note, once, when it waits no more. */
  readonly onEnd?: (note: N) => void;
}

/** When a request is given up, and what else is to be known of it. */
export interface Patience<N = never> {
  /** Milliseconds since the epoch, for a call. */
  readonly deadline?: number | undefined;
  /** Milliseconds between two values, for a subscription. */
  readonly idleTimeout?: number | undefined;
  readonly note?: N;
  /** Hears of each value that the consumer of a subscription gets. */
  readonly onTaken?: () => void;
}

const nothing = () => {};

/** Pending requests by id. */
export class PendingTable<T, N = never> {
  /** By id. */
  readonly entries: ShortLived<PendingEntry<T, N>>;
  readonly #options: PendingTableOptions<T, N>;
  readonly #deadlines: DeadlineQueue;

  /** Makes an empty table. */
  constructor(options: PendingTableOptions<T, N>) {
    this.#options = options;
    this.entries = options.entries;
    this.#deadlines = new DeadlineQueue(options.clock);
  }

  /** Waits for one answer. A deadline of 0 is none. */
  addCall(id: string, { deadline, note }: Patience<N> = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      const disarm = deadline
        ? this.#deadlines.add(deadline, () => this.#expire(id, { deadline }))
        : nothing;
      this.entries.set(id, { type: "call", note, resolve, reject, disarm });
    });
  }

  /** Waits for any number of answers. */
  addStream(id: string, { idleTimeout, note, onTaken }: Patience<N> = {}): ValueQueue<T> {
    const queue = new ValueQueue<T>(this.#options.queue, onTaken);
    const entry: StreamEntry<T, N> = {
      ...{ type: "subscribe", note, queue, idleTimeout },
      disarm: nothing,
    };
    this.entries.set(id, entry);
    this.#rearm(id, entry);
    return queue;
  }

  /** Applies a value of that size. */
  respond(id: string, value: T, bytes = 0): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    if (entry.type === "call") {
      this.#take(id);
      entry.resolve(value);
    } else if (entry.queue.push(value, bytes)) {
      this.#rearm(id, entry);
    } else {
      this.#overflow(id, entry);
    }
  }

  /** Applies the normal end of a subscription. */
  complete(id: string): void {
    const entry = this.#take(id);
    if (entry?.type === "subscribe") entry.queue.end();
    else entry?.reject(new CallError(ABORTED, `Call ${id} completed without response`));
  }

  /** Applies an abort, from whichever side; `false` if nothing waits under that id. */
  abort(id: string): boolean {
    const entry = this.#take(id);
    if (entry?.type === "subscribe") entry.queue.end();
    else entry?.reject(new CallError(ABORTED, `Call ${id} was aborted`));
    return entry !== undefined;
  }

  /** Applies a failure. */
  fail(id: string, error: unknown): void {
    const entry = this.#take(id);
    if (entry?.type === "subscribe") entry.queue.end({ error });
    else entry?.reject(error);
  }

  /** Lets a subscription go that its consumer left; `false` if it had ended by itself. */
  leave(id: string): boolean {
    const entry = this.#take(id);
    if (entry?.type === "subscribe") entry.queue.discard();
    return entry !== undefined;
  }

  /** Fails everything that waits. */
  failAll(errorOf: (id: string) => unknown): void {
    for (const id of [...this.entries.keys()]) this.fail(id, errorOf(id));
  }

  #take(id: string): PendingEntry<T, N> | undefined {
    const entry = this.entries.get(id);
    if (entry !== undefined) {
      this.entries.delete(id);
      entry.disarm();
      if (entry.note !== undefined) this.#options.onEnd?.(entry.note);
    }
    return entry;
  }

  #rearm(id: string, entry: StreamEntry<T, N>): void {
    const { idleTimeout } = entry;
    if (idleTimeout === undefined) return;
    entry.disarm();
    const at = this.#options.clock.now() + idleTimeout;
    entry.disarm = this.#deadlines.add(at, () => this.#expire(id, { idleTimeout }));
  }

  #expire(id: string, details: Pick<Patience, "deadline" | "idleTimeout">): void {
    this.fail(id, new CallError(TIMEOUT, `Call ${id} timed out`, details));
    this.#options.onGiveUp(id);
  }

  #overflow(id: string, { queue }: StreamEntry<T, N>): void {
    const limit = queue.size;
    this.fail(
      id,
      new CallError("OVERFLOW", `Subscription ${id} has more than ${limit} values waiting`, {
        limit,
      }),
    );
    this.#options.onGiveUp(id);
  }
}
