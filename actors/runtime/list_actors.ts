/**
 * Lists actors, by the subjects of their logs.
 *
 * @module
 */
import { actorFilter, type Address, type Bus, listSubjects, parseActorSubject } from "@hub/bus";

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

/**
 * Lists actors, a page at a time. An actor that begins while pages are turned may be left out;
 * no other one is, and none comes twice.
 *
 * @throws {RangeError} If `limit`, `after` or `kind` cannot be used.
 * @throws {BusError}
 */
export async function listActors(bus: Bus, options: ListOptions = {}): Promise<ActorPage> {
  const { kind, limit = LIMIT, after } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw new RangeError(`Cannot list ${limit} actors at a time: 1 to ${MOST} are allowed`);
  }
  const filter = actorFilter(bus.realm, kind);
  const cursor = after === undefined ? { offset: 0, last: "" } : parseCursor(after);
  const { found, offset, total } = await subjectsAfter(bus, filter, cursor);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const more = last !== undefined && offset + page.length < total;
  return {
    addresses: page.map((subject) => {
      const { kind, id } = parseActorSubject(subject);
      return { kind, id };
    }),
    total,
    ...(more ? { next: `${offset + page.length}:${last}` } : {}),
  };
}

async function subjectsAfter(bus: Bus, filter: string, { offset, last }: Cursor) {
  // From one before, to see that it still stands there: otherwise some have been removed.
  let from = Math.max(0, offset - 1);
  for (;;) {
    const { subjects, total } = await listSubjects(bus, {
      ...{ stream: "EVENTS", filter, offset: from },
    });
    const [first] = subjects;
    if (from > 0 && (first === undefined || first > last)) {
      from = 0;
      continue;
    }
    const at = subjects.findIndex((subject) => subject > last);
    if (at >= 0) return { found: subjects.slice(at), offset: from + at, total };
    if (subjects.length === 0 || from + subjects.length >= total) {
      return { found: [], offset: total, total };
    }
    from += subjects.length;
  }
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
