/**
 * Pages of things in memory that have names.
 *
 * @module
 */
import { Type } from "@sinclair/typebox";
import { placeOf } from "../search/sorted_names.ts";
import { decodeCursor, type Page, pageOf, type PageRequest } from "../storage/cursor.ts";

const Cursor = Type.Tuple([Type.String()]);

/**
 * The page that comes after a cursor, by name. What has come or gone between two pages moves nothing
 * else, and no more than one page is sorted, however many there are.
 *
 * @throws {CallError} `VALIDATION_ERROR` for a cursor that is none.
 */
export function pageOfNames<T>(
  all: Iterable<T>,
  request: PageRequest,
  nameOf: (item: T) => string,
): Page<T> {
  const { limit, after, named } = request;
  const [last = ""] = after === undefined ? [] : decodeCursor(Cursor, after, { named });
  const first: T[] = [], names: string[] = [];
  for (const item of all) {
    const name = nameOf(item);
    if (name <= last) continue;
    const at = placeOf(names, name);
    // One more than the page holds says that there is another.
    if (at > limit) continue;
    names.splice(at, 0, name);
    first.splice(at, 0, item);
    names.length = first.length = Math.min(first.length, limit + 1);
  }
  return pageOf(first, request, (item) => [nameOf(item)]);
}
