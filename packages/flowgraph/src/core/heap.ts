/**
 * A binary heap: the least number comes out first.
 *
 * @module
 */

/** Something in line, and its number. */
export interface Numbered<T> {
  readonly number: number;
  readonly value: T;
}

/** Values by number. */
export class Heap<T> {
  readonly #entries: Numbered<T>[] = [];

  /** How many values there are. */
  get size(): number {
    return this.#entries.length;
  }

  /** Adds a value. */
  push(entry: Numbered<T>): void {
    const entries = this.#entries;
    let at = entries.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#numberAt(above) <= entry.number) break;
      this.#swap(at, above);
      at = above;
    }
  }

  /** Takes the value with the least number. */
  pop(): Numbered<T> | undefined {
    const [first] = this.#entries, last = this.#entries.pop();
    if (first === undefined || last === undefined || this.#entries.length === 0) return first;
    this.#entries[0] = last;
    for (let at = 0;;) {
      const left = 2 * at + 1, right = left + 1;
      const least = this.#numberAt(right) < this.#numberAt(left) ? right : left;
      if (this.#numberAt(least) >= last.number) return first;
      this.#swap(at, least);
      at = least;
    }
  }

  #numberAt(index: number): number {
    return this.#entries[index]?.number ?? Infinity;
  }

  #swap(a: number, b: number): void {
    const [left, right] = [this.#entries[a], this.#entries[b]];
    if (left === undefined || right === undefined) return;
    this.#entries[a] = right;
    this.#entries[b] = left;
  }
}
