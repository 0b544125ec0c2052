/**
 * Values on their way to one consumer.
 *
 * @module
 */

interface Waiter<T> {
  resolve(step: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

/** How much may wait. */
export interface QueueLimits {
  readonly values: number;
  /** Sum of the sizes that `push` is told. Default: no limit. */
  readonly bytes?: number;
}

interface Item<T> {
  readonly value: T;
  readonly bytes: number;
}

/** A bounded queue that ends, once, normally or with an error, after what is in it was taken. */
export class ValueQueue<T> {
  readonly #limits: QueueLimits;
  readonly #onTaken: () => void;
  #items: (Item<T> | undefined)[] = [];
  #head = 0;
  #bytes = 0;
  #waiters: Waiter<T>[] = [];
  #end: { error?: unknown } | undefined;

  /**
   * Makes an empty queue. What somebody already waits for does not count against the limits.
   * `onTaken` hears of each value that the consumer gets.
   */
  constructor(limits: QueueLimits, onTaken: () => void = () => {}) {
    this.#limits = limits;
    this.#onTaken = onTaken;
  }

  /** How many values wait. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  /** Gives a value to the consumer. `false` if there is no room for it. */
  push(value: T, bytes = 0): boolean {
    if (this.#end !== undefined) return true;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value });
      this.#onTaken();
      return true;
    }
    const { values, bytes: maxBytes = Infinity } = this.#limits;
    if (this.size >= values || this.#bytes + bytes > maxBytes) return false;
    this.#items.push({ value, bytes });
    this.#bytes += bytes;
    return true;
  }

  /** Ends the queue; an error is thrown once, after the values that wait. */
  end(failure: { error?: unknown } = {}): void {
    if (this.#end !== undefined) return;
    const [first, ...rest] = this.#waiters;
    this.#waiters = [];
    this.#end = first === undefined ? failure : {};
    if (first !== undefined) settle(first, failure);
    for (const waiter of rest) settle(waiter, {});
  }

  /** Ends the queue and drops what waits. */
  discard(): void {
    this.#items = [];
    this.#head = 0;
    this.end();
    this.#end = {};
  }

  /** The next value, the error, or the end. */
  next(): Promise<IteratorResult<T, undefined>> {
    const item = this.#items[this.#head];
    if (item !== undefined) {
      this.#advance(item);
      this.#onTaken();
      return Promise.resolve({ done: false, value: item.value });
    }
    const end = this.#end;
    return new Promise((resolve, reject) => {
      if (end === undefined) return void this.#waiters.push({ resolve, reject });
      this.#end = {};
      settle({ resolve, reject }, end);
    });
  }

  #advance({ bytes }: Item<T>): void {
    this.#bytes -= bytes;
    // Let go of at once; its place goes later, in bulk: shifting one by one would cost the length.
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head > 64 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }
}

function settle<T>(waiter: Waiter<T>, end: { error?: unknown }): void {
  if ("error" in end) waiter.reject(end.error);
  else waiter.resolve({ done: true, value: undefined });
}
