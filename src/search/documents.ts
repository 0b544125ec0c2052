/**
 * Operations as documents that can be searched. What many nodes offer alike is one set of documents.
 *
 * @module
 */
import type { OperationSpec } from "@alkdev/operations";
import { documentWords } from "./document_words.ts";
import { createFacets, type Facets } from "./facets.ts";
import type { SearchedOperation } from "./searched_operation.ts";
import { createTermIndex, type TermIndex } from "./term_index.ts";

/** An operation that is offered, by one node or by many; nothing of it is kept that is not shown. */
export interface Document {
  readonly name: string;
  readonly namespace: string;
  readonly type: OperationSpec["type"];
  readonly description: string;
  readonly offer: Offer;
}

/** The same operations under the same rules, and the nodes that offer them. */
export interface Offer {
  /** In the order of their names. */
  readonly slots: readonly number[];
  /** Facets of all of them, each once. */
  readonly facets: readonly number[];
  /** In order; `undefined` for the hub itself. */
  readonly peers: readonly string[] | undefined;
}

/** The documents, by slot. */
export interface Documents {
  readonly terms: TermIndex;
  readonly facets: Facets;
  get(slot: number): Document | undefined;
  /** Facet of each document, or one that nothing has. */
  readonly facetOf: readonly number[];
  /** Place of each document among equals: the smaller first. */
  readonly ties: readonly number[];
  /** Takes in what is offered by `peers`, an operation at a step; none is found before the last. */
  adding(
    operations: readonly SearchedOperation[],
    peers: readonly string[] | undefined,
  ): Generator<void, Offer>;
  remove(offer: Offer): void;
}

/** Of a slot without a document. */
const NO_FACET = -1;

/** Creates an empty set of documents. */
export function createDocuments(): Documents {
  const terms = createTermIndex(), facets = createFacets();
  const documents: (Document | undefined)[] = [];
  const facetOf: number[] = [], ties: number[] = [];
  return {
    ...{ terms, facets, facetOf, ties },
    get: (slot) => documents[slot],
    *adding(operations, peers) {
      const isOwn = peers === undefined;
      const slots: number[] = [], taken: number[] = [];
      const sorted = operations.toSorted((a, b) => a.name < b.name ? -1 : 1);
      for (const operation of sorted) {
        const { access, spec: { namespace, type } } = operation;
        const slot = terms.add(documentWords(operation));
        // Whoever searches meanwhile passes it by.
        facetOf[slot] = NO_FACET;
        ties[slot] = tieOf(operation.name);
        slots.push(slot);
        taken.push(facets.take({ access, namespace, type, isOwn }));
        yield;
      }
      const offer: Offer = { slots, peers, facets: [...new Set(taken)] };
      for (const [at, { name, spec }] of sorted.entries()) {
        const { namespace, type, description } = spec, slot = slots[at] ?? 0;
        documents[slot] = { name, namespace, type, description, offer };
        facetOf[slot] = taken[at] ?? NO_FACET;
      }
      return offer;
    },
    remove({ slots }) {
      for (const slot of slots) {
        terms.remove(slot);
        facets.release(facetOf[slot] ?? NO_FACET);
        facetOf[slot] = NO_FACET;
        documents[slot] = undefined;
      }
    },
  };
}

/** Short names first, and then any order, as long as it is the same on all nodes. */
function tieOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  return name.length * 2 ** 32 + (hash >>> 0);
}
