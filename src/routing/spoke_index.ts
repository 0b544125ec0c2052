/**
 * Which spokes are connected, where, and what they offer: on every node, in memory.
 *
 * @module
 */
import type { SpecSet } from "./spec_set.ts";

/** A connection of a spoke to some node of the hub. */
export interface SpokePlace {
  readonly peerId: string;
  /** Node that has the connection. */
  readonly node: string;
  /** Which life of that node: after the node came back, its former connections are gone. */
  readonly nodeEpoch: number;
  /** Grows with every connection of the spoke: the greatest one counts. */
  readonly revision: number;
}

/** A spoke that can be called. */
export interface SpokeEntry extends SpokePlace {
  readonly set: SpecSet;
}

/** The spokes of all nodes. */
export interface SpokeIndex {
  readonly size: number;
  get(peerId: string): SpokeEntry | undefined;
  /** Those that offer an operation, in the order in which they came. */
  offering(name: string): Iterable<SpokeEntry>;
  entries(): Iterable<SpokeEntry>;
  /** A set that some spoke offers. */
  setOf(hash: string): SpecSet | undefined;
  /** Puts a spoke in its place; an older place than the known one changes nothing. */
  set(entry: SpokeEntry): void;
  /** Takes a spoke away, if its place is not newer than `revision`. */
  delete(peerId: string, revision: number): void;
  /** Called after each change, with the spoke and what it was before. */
  onChange(listener: (change: SpokeChange) => void): () => void;
}

/** A spoke has come, moved or gone. */
export interface SpokeChange {
  readonly before: SpokeEntry | undefined;
  readonly after: SpokeEntry | undefined;
}

/** A set with those who offer it. */
interface Shared {
  readonly set: SpecSet;
  readonly offeredBy: Set<string>;
}

/** Creates an empty index. */
export function createSpokeIndex(): SpokeIndex {
  const spokes = new Map<string, SpokeEntry>();
  const shared = new Map<string, Shared>();
  const byName = new Map<string, Set<Shared>>();
  const listeners = new Set<(change: SpokeChange) => void>();

  /** One object for all that offer the same, so that it is compiled and kept once. */
  function share({ set }: SpokeEntry): Shared {
    const known = shared.get(set.hash);
    if (known !== undefined) return known;
    const made: Shared = { set, offeredBy: new Set() };
    shared.set(set.hash, made);
    for (const name of set.operations.keys()) {
      const sharing = byName.get(name) ?? new Set();
      byName.set(name, sharing.add(made));
    }
    return made;
  }

  function leave({ peerId, set }: SpokeEntry): void {
    const one = shared.get(set.hash);
    if (one === undefined) return;
    one.offeredBy.delete(peerId);
    if (one.offeredBy.size > 0) return;
    shared.delete(set.hash);
    for (const name of set.operations.keys()) {
      const sharing = byName.get(name);
      sharing?.delete(one);
      if (sharing?.size === 0) byName.delete(name);
    }
  }

  function tell(change: SpokeChange): void {
    for (const listener of listeners) listener(change);
  }

  return {
    get size() {
      return spokes.size;
    },
    get: (peerId) => spokes.get(peerId),
    *offering(name) {
      for (const { offeredBy } of byName.get(name) ?? []) {
        for (const peerId of offeredBy) {
          const entry = spokes.get(peerId);
          if (entry !== undefined) yield entry;
        }
      }
    },
    entries: () => spokes.values(),
    setOf: (hash) => shared.get(hash)?.set,
    set(entry) {
      const before = spokes.get(entry.peerId);
      if (before !== undefined && before.revision >= entry.revision) return;
      const { set, offeredBy } = share(entry);
      if (before !== undefined && before.set !== set) leave(before);
      offeredBy.add(entry.peerId);
      const after = { ...entry, set };
      spokes.set(entry.peerId, after);
      tell({ before, after });
    },
    delete(peerId, revision) {
      const before = spokes.get(peerId);
      if (before === undefined || before.revision > revision) return;
      spokes.delete(peerId);
      leave(before);
      tell({ before, after: undefined });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
