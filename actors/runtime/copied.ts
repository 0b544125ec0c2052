/** A map that is copied at its first change: what it was made from stays as it is. */
export interface Copied<T> {
  readonly value: ReadonlyMap<string, T>;
  get(id: string): T | undefined;
  set(id: string, item: T): void;
  delete(id: string): void;
}

/** The empty map: one for all, as most actors have nothing in most of theirs. */
export const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/** Creates such a map; without an original, an empty one. */
export function copyOnWrite<T>(original: ReadonlyMap<string, T> = NOTHING): Copied<T> {
  return new CopiedMap(original);
}

/** A class: three of these are made for an event, and closures cost more than the rest of it. */
class CopiedMap<T> implements Copied<T> {
  readonly #original: ReadonlyMap<string, T>;
  #copy: Map<string, T> | undefined;

  constructor(original: ReadonlyMap<string, T>) {
    this.#original = original;
  }

  get value(): ReadonlyMap<string, T> {
    return this.#copy ?? this.#original;
  }

  get(id: string): T | undefined {
    return this.value.get(id);
  }

  set(id: string, item: T): void {
    this.#own().set(id, item);
  }

  delete(id: string): void {
    if (this.value.has(id)) this.#own().delete(id);
  }

  #own(): Map<string, T> {
    this.#copy ??= new Map(this.#original);
    return this.#copy;
  }
}
