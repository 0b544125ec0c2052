/** A map that is copied at its first change: what it was made from stays as it is. */
export interface Copied<T> {
  readonly value: ReadonlyMap<string, T>;
  get(id: string): T | undefined;
  set(id: string, item: T): void;
  delete(id: string): void;
}

/** Creates such a map; without an original, an empty one. */
export function copyOnWrite<T>(original: ReadonlyMap<string, T> = new Map()): Copied<T> {
  let copy: Map<string, T> | undefined;
  const current = () => copy ?? original;
  return {
    get value() {
      return current();
    },
    get: (id) => current().get(id),
    set(id, item) {
      copy ??= new Map(original);
      copy.set(id, item);
    },
    delete(id) {
      if (!current().has(id)) return;
      copy ??= new Map(original);
      copy.delete(id);
    },
  };
}
