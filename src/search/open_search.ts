/**
 * Search over all that can be called on this hub, kept up to date as nodes come and go.
 *
 * @module
 */
import {
  CallError,
  InfrastructureErrorCode,
  type OperationRegistry,
  registryName,
} from "@alkdev/operations";
import type { FoundOperation, Search, SearchPage } from "../../bridges/ports.ts";
import type { FindExportRule } from "../routing/export_rules.ts";
import type { SpokeIndex } from "../routing/spoke_index.ts";
import type { SearchedOperation } from "./searched_operation.ts";
import { followSpokes } from "./follow_spokes.ts";
import { found } from "./found.ts";
import { listByName } from "./list_by_name.ts";
import { createOperationIndex, type OperationIndex } from "./operation_index.ts";
import { createRanker, type Hit, MAX_WORDS } from "./rank.ts";
import { asOneWord, wordsOf } from "./words.ts";

/** What search looks at. */
export interface SearchPorts {
  /** The hub's own operations. */
  readonly own: Iterable<SearchedOperation>;
  readonly spokes: Pick<SpokeIndex, "entries" | "get" | "onChange">;
  readonly exports: FindExportRule;
  /** How long it may take in what is offered before others have their turn. Default 8. */
  readonly sliceMs?: number;
}

/** A search that follows what changes, until it is disposed of. */
export interface OpenSearch extends Search, Disposable {
  /** Documents and words that are kept, and nodes of which it is not known yet what they offer. */
  readonly size: {
    readonly documents: number;
    readonly words: number;
    readonly waiting: number;
  };
}

/** No query leads further than so many operations: whoever looks for one says more of it. */
const MAX_FOUND = 1000;
const NO_FACET = -1;
const STOP_WORDS: ReadonlySet<string> = new Set(
  [..."a an and do for from how i in is it my of on or that the this to with".split(" ")],
);

/** Opens a search over all that there is, and all that will come. */
export function openSearch({ own, spokes, exports, ...slices }: SearchPorts): OpenSearch {
  const index = createOperationIndex({ own, exports });
  const ranker = createRanker();
  const follower = followSpokes(index, { ...slices, spokes });
  return {
    get size() {
      const { size: documents, words } = index.documents.terms;
      return { documents, words, waiting: follower.waiting };
    },
    find(request) {
      const { facets, facetOf } = index.documents;
      const isWanted = facets.judge(request);
      if (!facets.some(isWanted)) return { operations: [] };
      const { query = "" } = request;
      if (query.trim() === "") return listByName(index, { ...request, isWanted });
      const words = queryWords(query), joined = asOneWord(query);
      const { limit } = request, from = offsetOf(request.cursor);
      const size = Math.min(MAX_FOUND, from + limit) + 1;
      const isVisible = (slot: number) => isWanted(facetOf[slot] ?? NO_FACET);
      const isPeerVisible = (peerId: string) =>
        index.offerOf(peerId)?.facets.some(isWanted) === true;
      const hits = ranker.rank(index, { words, joined, size, isVisible, isPeerVisible });
      return page(take(expand(index, hits), size), { from, limit });
    },
    [Symbol.dispose]: () => follower[Symbol.dispose](),
  };
}

/** The hub's own operations that callers from outside can name. */
export function* ownOperations(registry: OperationRegistry): Generator<SearchedOperation> {
  for (const spec of registry.getAllSpecs()) {
    const name = registryName(spec);
    const registration = name === undefined ? undefined : registry.resolve(name);
    if (name === undefined || registration?.grants.visibility !== "external") continue;
    const { tags, inputSchema, outputSchema } = spec, { access } = registration;
    yield { name, spec, access, tags, schemas: [inputSchema, outputSchema] };
  }
}

/** Words that every sentence has are left out, unless there are no others. */
function queryWords(query: string): readonly string[] {
  const words = [...new Set(wordsOf(query))];
  const telling = words.filter((word) => !STOP_WORDS.has(word));
  return (telling.length > 0 ? telling : words).slice(0, MAX_WORDS);
}

/**
 * Each operation once, at the first of the nodes that offer it, then all of them again at the second:
 * a thousand nodes with the same tool do not hide the other tools.
 */
function* expand(index: OperationIndex, hits: readonly Hit[]): Generator<FoundOperation> {
  const given = new Set<string>();
  for (let round = 0, isMore = true; isMore; round++) {
    isMore = false;
    for (const { slot, peerId } of hits) {
      const document = index.documents.get(slot);
      if (document === undefined) continue;
      const { peers } = document.offer;
      const place = peerId ?? peers?.[round];
      if (round > 0 && (peerId !== undefined || place === undefined)) continue;
      isMore ||= peerId === undefined && round + 1 < (peers?.length ?? 0);
      const operation = found(document, place);
      if (given.has(operation.name)) continue;
      given.add(operation.name);
      yield operation;
    }
  }
}

function take<T>(items: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}

function page(
  all: readonly FoundOperation[],
  { from, limit }: { readonly from: number; readonly limit: number },
): SearchPage {
  const end = Math.min(from + limit, MAX_FOUND);
  return {
    operations: all.slice(from, end),
    ...(all.length > end && end < MAX_FOUND ? { nextCursor: `o:${end}` } : {}),
  };
}

function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const offset = Number(/^o:([0-9]{1,4})$/.exec(cursor)?.[1]);
  if (Number.isNaN(offset)) {
    const { VALIDATION_ERROR } = InfrastructureErrorCode;
    throw new CallError(VALIDATION_ERROR, "the cursor belongs to no such search");
  }
  return offset;
}
