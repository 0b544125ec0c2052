/** A search that finds nothing and notes what it was asked; for tests. */
import type { Search } from "../ports.ts";

/** What a search was asked. */
type Asked = Parameters<Search["find"]>[0];

/** Creates one, which says that there is a next page. */
export function createNotingSearch(): {
  readonly search: Search;
  readonly asked: readonly Asked[];
} {
  const asked: Asked[] = [];
  const search: Search = {
    find(request) {
      asked.push(request);
      return { operations: [], nextCursor: "next" };
    },
  };
  return { search, asked };
}
