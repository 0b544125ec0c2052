/**
 * Lists actors, by the subjects of their logs.
 *
 * @module
 */
import {
  actorFilter,
  type Address,
  type Bus,
  BusError,
  listSubjects,
  parseActorSubject,
  type SubjectPage,
  within,
} from "@hub/bus";

/** Which actors. */
export interface ListOptions {
  /** Those of one kind; without it all, children included. */
  readonly kind?: string;
  /** At most so many: 1 to 1,000. Default 100. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly after?: string;
}

/** Some of the actors. */
export interface ActorPage {
  /** By kind, then by id, in the order of their letters' codes. */
  readonly addresses: readonly Address[];
  /** Of all that match, however they are paged. */
  readonly total: number;
  /** Asks for the page after this one; absent when there is none. */
  readonly next?: string;
}

/** Where a page ended: how many subjects came before, and the last of them. */
interface Cursor {
  readonly offset: number;
  readonly last: string;
}

const LIMIT = 100, MOST = 1_000;

/** So many after that. */
interface Wanted extends Cursor {
  readonly limit: number;
}

/** Subjects that were listed together. */
interface Chunk extends SubjectPage {
  readonly filter: string;
  /** How many come before. */
  readonly from: number;
  /** When it was there, by `performance.now()`, and how long that took. */
  readonly at: number;
  readonly tookMs: number;
}

/** How long pages are turned in what was listed for the first of them. */
const FRESH_MS = 30_000;
/** Chunks that are kept at a time: pages of so many kinds are turned side by side. */
const KEPT = 4;

/** Lists actors, a page at a time. Disposing lets go of what was listed. */
export interface ActorLister extends Disposable {
  /**
   * Lists a page, or says after a while that the server is not done yet: then what it finds is kept for
   * whoever asks again. An actor that begins while pages are turned may be left out, and one that is removed
   * may still be shown; no other one is left out, and none comes twice.
   *
   * @throws {RangeError} If `limit`, `after` or `kind` cannot be used.
   * @throws {BusError} `TIMEOUT`, to be tried again, when the server takes longer than that.
   */
  list(options?: ListOptions): Promise<ActorPage>;
}

/** Actors from which on the server needs seconds to list them. */
const MANY = 10_000;
/** How long somebody waits for a page, and how long the server may take to list all there is. */
const PATIENCE_MS = 10_000, LISTING_MS = 120_000;

/** How a lister goes about it. */
export interface ListerOptions {
  /** Default 10,000. */
  readonly many?: number;
  /** How long somebody waits for a page. Default 10,000. */
  readonly patienceMs?: number;
}

/**
 * Creates a lister. The server counts and sorts all subjects whenever it is asked, and gives up to
 * 100,000 of them: they are kept, so that only the first page costs that, and then each hundredth.
 * Of many actors a first page may be as old as it takes to list them, and whoever asks meanwhile
 * waits for the same answer: however often it is asked, the server spends half of its time on it.
 */
export function createActorLister(
  bus: Bus,
  { many = MANY, patienceMs = PATIENCE_MS }: ListerOptions = {},
): ActorLister {
  /** The newest first. */
  let kept: readonly Chunk[] = [];
  let emptying: ReturnType<typeof setTimeout> | undefined, isDisposed = false;
  /** Filters that many match: remembered for longer than what was listed. */
  const ofMany = new Set<string>();
  const underWay = new Map<string, Promise<Chunk>>();

  function fetch(filter: string, from: number): Promise<Chunk> {
    const key = `${from} ${filter}`, same = underWay.get(key);
    if (same !== undefined && ofMany.has(filter)) return same;
    const fetching = fetchNow(filter, from).finally(() => {
      if (underWay.get(key) === fetching) underWay.delete(key);
    });
    underWay.set(key, fetching);
    return fetching;
  }

  async function fetchNow(filter: string, from: number): Promise<Chunk> {
    const askedAt = performance.now();
    const page = await listSubjects(bus, {
      ...{ stream: "EVENTS", filter, offset: from, timeoutMs: LISTING_MS },
    });
    const at = performance.now();
    const chunk = { ...page, filter, from, at, tookMs: at - askedAt };
    if (page.total >= many || chunk.tookMs >= patienceMs) ofMany.add(filter);
    else ofMany.delete(filter);
    keep(chunk);
    return chunk;
  }

  function keep(chunk: Chunk): void {
    if (isDisposed) return;
    // What was listed before some were removed would only be found to be wrong.
    const others = kept.filter((it) =>
      it.filter !== chunk.filter || (it.from !== chunk.from && it.total <= chunk.total)
    );
    kept = [chunk, ...others].slice(0, KEPT);
    clearTimeout(emptying);
    emptying = setTimeout(() => kept = [], FRESH_MS);
  }

  function isFresh({ at, tookMs }: Chunk, offset: number): boolean {
    return performance.now() - at < (offset === 0 ? tookMs : FRESH_MS);
  }

  /** From one before the cursor, to see that it still stands there: else some have been removed. */
  function chunkFor(filter: string, { offset, limit }: Wanted): Chunk | Promise<Chunk> {
    const from = Math.max(0, offset - 1);
    if (offset === 0 && !ofMany.has(filter)) return fetch(filter, from);
    const found = kept.find((it) => {
      const ends = it.from + it.subjects.length;
      const reaches = it.from <= from && (offset + limit <= ends || ends >= it.total);
      return it.filter === filter && reaches && isFresh(it, offset);
    });
    return found ?? fetch(filter, from);
  }

  async function subjectsAfter(filter: string, wanted: Wanted) {
    const { offset, last, limit } = wanted;
    let chunk = await chunkFor(filter, wanted);
    const before = chunk.subjects[offset - 1 - chunk.from];
    if (chunk.from > 0 && (before === undefined || before > last)) chunk = await fetch(filter, 0);
    for (;;) {
      const { subjects, from, total } = chunk;
      const at = indexAfter(subjects, last);
      if (at < subjects.length) {
        return { found: subjects.slice(at, at + limit), offset: from + at, total };
      }
      const ends = from + subjects.length;
      if (subjects.length === 0 || ends >= total) return { found: [], offset: total, total };
      chunk = await fetch(filter, ends);
    }
  }

  /** Whoever asks again waits for the same answer, or finds it. */
  function notYet(filter: string): BusError {
    ofMany.add(filter);
    const message =
      "Cannot list the actors yet: there are so many that the server still looks at " +
      "all of them, ask again in a few seconds";
    return new BusError("TIMEOUT", message);
  }

  return {
    async list({ kind, limit = LIMIT, after } = {}) {
      if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
        throw new RangeError(`Cannot list ${limit} actors at a time: 1 to ${MOST} are allowed`);
      }
      const filter = actorFilter(bus.realm, kind);
      const cursor = after === undefined ? { offset: 0, last: "" } : parseCursor(after);
      const { found, offset, total } = await within(
        subjectsAfter(filter, { ...cursor, limit }),
        { timeoutMs: patienceMs, late: () => notYet(filter) },
      );
      const last = found.at(-1), ends = offset + found.length;
      return {
        addresses: found.map((subject) => {
          const { kind, id } = parseActorSubject(subject);
          return { kind, id };
        }),
        total,
        ...(last !== undefined && ends < total ? { next: `${ends}:${last}` } : {}),
      };
    },
    [Symbol.dispose]() {
      isDisposed = true;
      kept = [];
      clearTimeout(emptying);
    },
  };
}

/** Index of the first one after `last`; they are in order. */
function indexAfter(subjects: readonly string[], last: string): number {
  let low = 0, high = subjects.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((subjects[middle] ?? "") > last) high = middle;
    else low = middle + 1;
  }
  return low;
}

function parseCursor(text: string): Cursor {
  const at = text.indexOf(":"), offset = Number(text.slice(0, at)), last = text.slice(at + 1);
  if (at < 1 || !Number.isSafeInteger(offset) || offset < 0 || last === "") {
    throw new RangeError(
      `Cannot list after ${JSON.stringify(text.slice(0, 200))}: no page ends so`,
    );
  }
  return { offset, last };
}
