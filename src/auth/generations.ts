/**
 * A map of bounded size that forgets what was not asked for lately. Asking costs one look-up and no
 * write: entries live in two generations, and what is asked for in the old one moves to the new.
 */
export class Generations<V> {
  readonly #half: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  /** Makes one that holds `size` values at most, and half of that at least. */
  constructor(size: number) {
    this.#half = Math.max(1, Math.floor(size / 2));
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    this.#old.delete(key);
    this.#young.set(key, value);
    if (this.#young.size < this.#half) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  *entries(): IterableIterator<[string, V]> {
    yield* this.#young;
    yield* this.#old;
  }
}
