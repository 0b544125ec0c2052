import { positiveCount } from "./_count.ts";
import { FifoQueue } from "./_fifo.ts";

/** Where a repeater keeps values that nobody has asked for yet. */
export interface RepeaterBuffer<T = unknown> {
  /** Whether there is nothing to remove. */
  readonly empty: boolean;
  /** Whether the next value must wait outside. */
  readonly full: boolean;
  /** Takes a value in. */
  add(value: T): unknown;
  /** Gives the oldest value out. */
  remove(): T;
}

/** First in, first out. Shared by the three buffers, which differ in what a full one does. */
abstract class Fifo<T> implements RepeaterBuffer<T> {
  protected readonly items: FifoQueue<T> = new FifoQueue();
  protected readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = positiveCount(capacity, "buffer capacity");
  }

  get empty(): boolean {
    return this.items.length === 0;
  }

  get full(): boolean {
    return false;
  }

  abstract add(value: T): void;

  remove(): T {
    if (this.items.length === 0) throw new RangeError("Cannot remove from an empty buffer");
    // The line above rules the absent value out; `T` itself may include `undefined`.
    return this.items.shift() as T;
  }
}

/** Holds up to `capacity` values; further ones wait outside. */
export class FixedBuffer<T = unknown> extends Fifo<T> {
  /** Whether `capacity` values are waiting. */
  override get full(): boolean {
    return this.items.length >= this.capacity;
  }

  /** Takes a value in. @throws {RangeError} when full. */
  add(value: T): void {
    if (this.full) throw new RangeError(`Cannot add to a full buffer of ${this.capacity}`);
    this.items.push(value);
  }
}

/** Holds the newest `capacity` values; the oldest one gives way. */
export class SlidingBuffer<T = unknown> extends Fifo<T> {
  /** Takes a value in. */
  add(value: T): void {
    if (this.items.length >= this.capacity) this.items.shift();
    this.items.push(value);
  }
}

/** Holds the first `capacity` values; later ones are dropped. */
export class DroppingBuffer<T = unknown> extends Fifo<T> {
  /** Takes a value in, or drops it. */
  add(value: T): void {
    if (this.items.length < this.capacity) this.items.push(value);
  }
}
