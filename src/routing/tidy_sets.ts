/**
 * Takes sets of operations away that no spoke offers any more, and puts back those that one offers
 * again at that very moment.
 *
 * Nobody is kept from using a set: whoever takes one away looks at the spokes once more when it is gone.
 * Should it die between the two, the nodes that have those spokes put the set back: they look after
 * their own.
 *
 * @module
 */

/** A set as it is stored. */
export interface StoredSet {
  readonly bytes: Uint8Array;
  readonly revision: number;
}

/** Where sets are stored. */
export interface SetStore {
  /** Hashes of all that is stored. @throws {BusError} as the others do. */
  list(): AsyncIterable<string>;
  read(hash: string): Promise<StoredSet | undefined>;
  put(hash: string, bytes: Uint8Array): Promise<void>;
  /** Takes a set away unless it was put again since; whether it did. */
  remove(hash: string, revision: number): Promise<boolean>;
}

/** What tidying needs. */
export interface TidyPorts {
  readonly store: SetStore;
  /** Hashes of sets that spokes offer, on all nodes, as far as this one has heard. */
  readonly offered: () => ReadonlySet<string>;
  /** The same as it is stored by now. */
  readonly used: () => Promise<ReadonlySet<string>>;
  /** Sets of this node's own spokes. */
  readonly own: () => ReadonlyMap<string, Uint8Array>;
}

/** How a round is tidied. */
export interface TidyRound {
  readonly nowMs: number;
  /** Whether this node takes unused sets away; one of all of them does. */
  readonly removes: boolean;
  /** Ends the round before the next set. */
  readonly signal?: AbortSignal;
}

/** Tidies, one round after the other; returns how many sets it took away. */
export type TidySets = (round: TidyRound) => Promise<number>;

/** A spoke that comes back soon finds its set: it need not be stored and read again. */
const GRACE_MS = 10 * 60_000;

/** Creates what tidies; it remembers since when sets are not used. */
export function createTidySets(
  { store, offered, used, own }: TidyPorts,
  { graceMs = GRACE_MS }: { readonly graceMs?: number } = {},
): TidySets {
  const unusedSince = new Map<string, number>();
  let last: Promise<unknown> = Promise.resolve();

  async function listed(): Promise<Set<string>> {
    const hashes = new Set<string>();
    for await (const hash of store.list()) hashes.add(hash);
    return hashes;
  }

  /** Sets that nobody has offered for long enough. */
  function overdue(
    hashes: Iterable<string>,
    inUse: ReadonlySet<string>,
    nowMs: number,
  ): string[] {
    const known = new Map(unusedSince);
    unusedSince.clear();
    for (const hash of hashes) {
      if (!inUse.has(hash)) unusedSince.set(hash, known.get(hash) ?? nowMs);
    }
    return [...unusedSince].filter(([, since]) => nowMs - since >= graceMs).map(([hash]) => hash);
  }

  async function remove(hashes: readonly string[], signal?: AbortSignal): Promise<number> {
    const gone = new Map<string, Uint8Array>();
    try {
      for (const hash of hashes) {
        if (signal?.aborted === true) break;
        const stored = await store.read(hash);
        if (stored === undefined) continue;
        // Before it is: should that fail, it may have been taken away all the same.
        gone.set(hash, stored.bytes);
        if (await store.remove(hash, stored.revision)) unusedSince.delete(hash);
        else gone.delete(hash);
      }
    } finally {
      await putBack(gone);
    }
    return gone.size;
  }

  /** Puts back what is offered again, and leaves the rest of them. */
  async function putBack(gone: Map<string, Uint8Array>): Promise<void> {
    if (gone.size === 0) return;
    const inUse = await used();
    for (const [hash, bytes] of gone) {
      if (!inUse.has(hash)) continue;
      await store.put(hash, bytes);
      gone.delete(hash);
    }
  }

  async function tidy({ nowMs, removes, signal }: TidyRound): Promise<number> {
    const hashes = await listed();
    for (const [hash, bytes] of own()) {
      if (!hashes.has(hash)) await store.put(hash, bytes);
    }
    return removes ? await remove(overdue(hashes, offered(), nowMs), signal) : 0;
  }

  return (round) => {
    const done = last.then(() => tidy(round));
    // Whoever has asked for it is told.
    last = done.catch(() => undefined);
    return done;
  };
}
