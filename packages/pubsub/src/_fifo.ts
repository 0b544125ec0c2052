/** Values first in, first out; taking one costs the same however many wait. */
export class FifoQueue<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  /** How many values wait. */
  get length(): number {
    return this.#items.length - this.#head;
  }

  /** Adds a value behind all others. */
  push(value: T): void {
    this.#items.push(value);
  }

  /** The oldest value. */
  peek(): T | undefined {
    return this.#items[this.#head];
  }

  /** Takes the oldest value. */
  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const value = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head += 1;
    // An array that is shifted moves all that is left in it; here that is done once in a while.
    if (this.#head >= 64 && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return value;
  }

  /** Drops everything. */
  clear(): void {
    this.#items = [];
    this.#head = 0;
  }
}
