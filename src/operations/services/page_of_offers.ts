/**
 * Pages of what discovery lists: imports and nodes may have more operations than a frame holds.
 *
 * @module
 */
import type { OperationSpec, Registration } from "@alkdev/operations";
import { type Static, type TObject, Type } from "@sinclair/typebox";
import { pageOfNames } from "../page_of_names.ts";

/** Where this hub itself stands among the nodes. */
export const LOCAL = "local";

/** In this order: whoever reads one page alone has the hub's own operations. */
const PARTS = ["own", "imported", "offered"] as const;

/** One operation that somebody may call. */
export interface Offer {
  readonly part: typeof PARTS[number];
  readonly peerId: string;
  readonly name: string;
  readonly spec: Pick<OperationSpec, "namespace" | "type">;
  readonly registration?: Registration;
}

/** As many as nodes take that ask another hub what it has. */
const MAX = 500;

/** Which page. */
export const ListPage = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX, default: MAX })),
  cursor: Type.Optional(Type.String({
    maxLength: 1024,
    description: "next_cursor of the page before.",
  })),
};
/** Which page. */
export type ListPage = Static<TObject<typeof ListPage>>;

/**
 * One page.
 *
 * @throws {CallError} `VALIDATION_ERROR` for a cursor that is none.
 */
export function pageOfOffers(
  offers: Iterable<Offer>,
  { limit = MAX, cursor }: ListPage,
): { readonly offers: readonly Offer[]; readonly next_cursor?: string } {
  const request = { limit, after: cursor, named: "cursor" };
  const { items, next } = pageOfNames(offers, request, keyOf);
  return { offers: items, ...(next === undefined ? {} : { next_cursor: next }) };
}

/** Blanks are in no name, and come before all that is. */
function keyOf({ part, peerId, name }: Offer): string {
  return `${PARTS.indexOf(part)} ${peerId} ${name}`;
}
