/**
 * All operations that somebody may call, by name: first the hub's own, then node by node.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "@alkdev/operations";
import type { FoundOperation, SearchPage, SearchRequest } from "../../bridges/ports.ts";
import type { Offer } from "./documents.ts";
import { found } from "./found.ts";
import type { OperationIndex } from "./operation_index.ts";
import { placeOf } from "./sorted_names.ts";

/** What is listed. */
export interface ListRequest extends Pick<SearchRequest, "limit" | "cursor" | "peers"> {
  /** Whether documents of a facet are listed. */
  readonly isWanted: (facet: number) => boolean;
}

/** The last operation of a page; it says where the next one begins, whatever has come and gone. */
interface Place {
  /** Empty for the hub itself, which is before all nodes. */
  readonly peerId: string;
  readonly name: string;
}

interface Listed {
  readonly place: Place;
  readonly operation: FoundOperation;
}

const CURSOR = /^n:([^/]*)\/(.+)$/;

/** One page. */
export function listByName(index: OperationIndex, request: ListRequest): SearchPage {
  const { limit } = request;
  const operations: FoundOperation[] = [];
  let last: Place | undefined;
  for (const { place, operation } of after(index, request)) {
    if (operations.length === limit) {
      return {
        operations,
        ...(last === undefined ? {} : { nextCursor: `n:${last.peerId}/${last.name}` }),
      };
    }
    operations.push(operation);
    last = place;
  }
  return { operations };
}

function* after(
  index: OperationIndex,
  { cursor, isWanted, peers = true }: ListRequest,
): Generator<Listed> {
  const { documents } = index, start = startOf(cursor);
  function* of(peerId: string, { slots }: Offer): Generator<Listed> {
    for (const slot of slots) {
      const document = documents.get(slot);
      if (document === undefined || !isWanted(documents.facetOf[slot] ?? NO_FACET)) continue;
      const { name } = document;
      if (peerId === start.peerId && name <= start.name) continue;
      const operation = found(document, peerId === "" ? undefined : peerId);
      yield { place: { peerId, name }, operation };
    }
  }
  if (start.peerId === "") yield* of("", index.own);
  if (!peers) return;
  for (let at = placeOf(index.peers, start.peerId); at < index.peers.length; at++) {
    const peerId = index.peers[at] ?? "";
    const offer = index.offerOf(peerId);
    // Most of what somebody may not see is passed by at a glance.
    if (offer?.facets.some(isWanted) === true) yield* of(peerId, offer);
  }
}

const NO_FACET = -1;

function startOf(cursor: string | undefined): Place {
  if (cursor === undefined) return { peerId: "", name: "" };
  const [, peerId, name] = CURSOR.exec(cursor) ?? [];
  if (peerId === undefined || name === undefined) {
    const { VALIDATION_ERROR } = InfrastructureErrorCode;
    throw new CallError(VALIDATION_ERROR, "the cursor belongs to no such search");
  }
  return { peerId, name };
}
