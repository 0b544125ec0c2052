/**
 * What is there for a short while, and is looked at seldom.
 *
 * @module
 */

/** Something that has its place in one bag at most. */
export interface Bagged {
  /** Minded by the bag; means nothing to anybody else. */
  place: number;
}

/**
 * Keeps things in no order, and holds on to none that was taken out. A `Set` of V8's begins a new table
 * after so many deletions, and each table refers to the one after it: once one of them has grown old,
 * all that were begun since, with all that was in them, survive until the next full collection.
 */
export class Bag<T extends Bagged> implements Iterable<T> {
  readonly #items: T[] = [];

  /** How many there are. */
  get size(): number {
    return this.#items.length;
  }

  /** Puts one in. */
  add(item: T): void {
    item.place = this.#items.push(item) - 1;
  }

  /** Takes one out; whether it was in. */
  delete(item: T): boolean {
    const { place } = item, last = this.#items.at(-1);
    if (last === undefined || this.#items[place] !== item) return false;
    this.#items.pop();
    if (last !== item) this.#items[place] = last;
    last.place = place;
    return true;
  }

  /** Those that are in by now, whatever happens to them meanwhile. */
  [Symbol.iterator](): Iterator<T> {
    return [...this.#items].values();
  }
}
