/**
 * A map for what comes and goes all the time.
 *
 * @module
 */

/** What is used of a map by those who keep things for a short while. */
export interface ShortLived<V> {
  /** How many there are. */
  readonly size: number;
  /** The value under a key. */
  get(key: string): V | undefined;
  /** Whether there is a value under a key. */
  has(key: string): boolean;
  /** Puts a value under a key. */
  set(key: string, value: V): unknown;
  /** Takes a key away; whether it was there. */
  delete(key: string): boolean;
  /** All keys. */
  keys(): Iterable<string>;
}

interface Cell<V> {
  readonly key: string;
  readonly hash: number;
  readonly value: V;
  /** The next one of the same bucket. */
  next: Cell<V> | undefined;
}

const FIRST_BUCKETS = 16;
/** Differs from process to process, so that nobody can choose keys that all share a bucket. */
const SEED = Math.trunc(Math.random() * 2 ** 31);

/** A call's id is looked up several times in a row. */
let lastKey: string | undefined, lastHash = 0;

function hashOf(key: string): number {
  if (key === lastKey) return lastHash;
  lastKey = key;
  return lastHash = freshHashOf(key);
}

function freshHashOf(key: string): number {
  let hash = SEED;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}

/**
 * Keeps values by key, and holds on to none that was deleted. A `Map` of V8 begins a new table after
 * so many deletions, and each table refers to the one after it: once one of them has grown old, all
 * that were begun since, with the values they had, survive until the next full collection. Where each
 * call is put into a map and taken out, that is most of the garbage collector's work.
 */
export class BusyMap<V> implements ShortLived<V> {
  #buckets: (Cell<V> | undefined)[] = new Array(FIRST_BUCKETS).fill(undefined);
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** The value under a key. */
  get(key: string): V | undefined {
    return this.#find(key, hashOf(key))?.value;
  }

  /** Whether there is a value under a key. */
  has(key: string): boolean {
    return this.#find(key, hashOf(key)) !== undefined;
  }

  /** Puts a value under a key. */
  set(key: string, value: V): void {
    const hash = hashOf(key);
    if (this.#find(key, hash) !== undefined) this.delete(key);
    if (this.#size >= this.#buckets.length) this.#grow();
    this.#insert({ key, hash, value, next: undefined });
    this.#size += 1;
  }

  /** Takes a key away; whether it was there. */
  delete(key: string): boolean {
    const hash = hashOf(key);
    const at = hash & (this.#buckets.length - 1);
    let before: Cell<V> | undefined;
    for (let cell = this.#buckets[at]; cell !== undefined; before = cell, cell = cell.next) {
      if (cell.hash !== hash || cell.key !== key) continue;
      if (before === undefined) this.#buckets[at] = cell.next;
      else before.next = cell.next;
      // What was taken out must not keep alive what is still in.
      cell.next = undefined;
      this.#size -= 1;
      return true;
    }
    return false;
  }

  /** All keys, in no order. */
  *keys(): Generator<string, undefined> {
    for (const first of [...this.#buckets]) {
      for (let cell = first; cell !== undefined; cell = cell.next) yield cell.key;
    }
    return undefined;
  }

  #find(key: string, hash: number): Cell<V> | undefined {
    let cell = this.#buckets[hash & (this.#buckets.length - 1)];
    while (cell !== undefined && (cell.hash !== hash || cell.key !== key)) cell = cell.next;
    return cell;
  }

  #insert(cell: Cell<V>): void {
    const at = cell.hash & (this.#buckets.length - 1);
    cell.next = this.#buckets[at];
    this.#buckets[at] = cell;
  }

  #grow(): void {
    const former = this.#buckets;
    this.#buckets = new Array(former.length * 2).fill(undefined);
    for (const first of former) {
      for (let cell = first; cell !== undefined;) {
        const { next }: Cell<V> = cell;
        this.#insert(cell);
        cell = next;
      }
    }
  }
}
