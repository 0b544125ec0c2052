/**
 * Ranks documents by the words of a query.
 *
 * Who may not see a document is asked before anything is counted: what a caller cannot call changes
 * nothing of what they find, neither its order nor whether a word counts as misspelled.
 *
 * @module
 */
import type { OperationIndex } from "./operation_index.ts";
import { slotOf, type Tier, weightOf } from "./term_index.ts";
import { createTop, type Top } from "./top.ts";

/** What is looked for. */
export interface Query {
  /** At most {@linkcode MAX_WORDS}. */
  readonly words: readonly string[];
  /** All of them as one word, for names that are written so. */
  readonly joined: string;
  /** How many to find. */
  readonly size: number;
  readonly isVisible: (slot: number) => boolean;
  /** Whether a node offers anything that is visible. */
  readonly isPeerVisible: (peerId: string) => boolean;
}

/** A document that was found; of one node, if the query names it. */
export interface Hit {
  readonly slot: number;
  readonly peerId?: string;
}

/** Words of a query that are heeded. */
export const MAX_WORDS = 8;
/** A word that so many documents have needs no documents with similar words. */
const ENOUGH = 1000;
const TIERS: readonly Tier[] = ["same", "within", "misspelled"];

/** One word more counts for more than all that can be said of the others. */
const PER_WORD = 10_000;
const PEER_WORD = 25;
const JOINED = 0.4;

/** Ranks; one ranker serves one query at a time, with memory that it keeps. */
export interface Ranker {
  rank(index: OperationIndex, query: Query): readonly Hit[];
}

interface Asked {
  readonly query: Query;
  readonly marks: Marks;
}

/** What is known of each slot while a query is ranked; empty between queries. */
interface Marks {
  /** Which words of the query the document has. */
  readonly words: Uint8Array;
  readonly totals: Float32Array;
  /** For the word that is looked at. */
  readonly scores: Float32Array;
  /** Slots that have the word that is looked at, and those that have any; only their beginnings count. */
  readonly found: Int32Array;
  readonly touched: Int32Array;
}

/** Creates a ranker. */
export function createRanker(): Ranker {
  let marks = marksFor(1024);
  return {
    rank(index, query) {
      const { capacity } = index.documents.terms;
      if (capacity > marks.words.length) marks = marksFor(capacity + (capacity >>> 2));
      const count = markAll(index, { query, marks });
      if (query.words.length > 1) raiseJoined(index, { query, marks });
      const top = createTop<Hit>(query.size);
      const { words, totals, touched } = marks;
      for (let i = 0; i < count; i++) {
        const slot = touched[i] ?? 0;
        const score = bitCount(words[slot] ?? 0) * PER_WORD + (totals[slot] ?? 0);
        const tie = index.documents.ties[slot] ?? 0;
        if (top.takes(score, tie)) top.offer({ slot }, { score, tie });
      }
      offerPeers(index, { query, marks, top });
      for (let i = 0; i < count; i++) totals[touched[i] ?? 0] = words[touched[i] ?? 0] = 0;
      return top.list();
    },
  };
}

function marksFor(capacity: number): Marks {
  return {
    words: new Uint8Array(capacity),
    totals: new Float32Array(capacity),
    scores: new Float32Array(capacity),
    found: new Int32Array(capacity),
    touched: new Int32Array(capacity),
  };
}

/** Marks all that have one of the words; returns how many were touched. */
function markAll(index: OperationIndex, { query, marks }: Asked): number {
  const { words, totals, scores, found, touched } = marks;
  let touchedCount = 0;
  for (const [place, word] of query.words.entries()) {
    const count = match(word, { index, query, marks });
    // What many have says little.
    const importance = 1 / (1 + Math.log2(1 + count) / 4);
    for (let i = 0; i < count; i++) {
      const slot = found[i] ?? 0, known = words[slot] ?? 0;
      if (known === 0) touched[touchedCount++] = slot;
      words[slot] = known | 1 << place;
      totals[slot] = (totals[slot] ?? 0) + (scores[slot] ?? 0) * importance;
      scores[slot] = 0;
    }
  }
  return touchedCount;
}

/** Scores all that have a word like this one; returns how many were found. */
function match(
  word: string,
  { index, query, marks }: Asked & { readonly index: OperationIndex },
): number {
  const { scores, found } = marks, { isVisible } = query;
  let count = 0;
  for (const tier of TIERS) {
    const enough = tier === "misspelled" ? 1 : ENOUGH;
    if (count >= enough) break;
    for (const part of index.documents.terms.find(word, tier)) {
      for (const { list, quality } of part) {
        for (const posting of list) {
          const slot = slotOf(posting);
          if (!isVisible(slot)) continue;
          const score = quality * weightOf(posting), known = scores[slot] ?? 0;
          if (known === 0) found[count++] = slot;
          if (score > known) scores[slot] = score;
        }
      }
      if (count >= enough) break;
    }
  }
  return count;
}

/** `list peers` is the name `listPeers`. */
function raiseJoined(index: OperationIndex, { query, marks: { words, totals } }: Asked): void {
  for (const { list } of [...index.documents.terms.find(query.joined, "same")].flat()) {
    for (const posting of list) {
      const slot = slotOf(posting);
      if (words[slot] !== 0) totals[slot] = (totals[slot] ?? 0) + JOINED * weightOf(posting);
    }
  }
}

/** Operations of nodes that the query names. */
function offerPeers(
  index: OperationIndex,
  { query, marks, top }: Asked & { readonly top: Top<Hit> },
): void {
  const named = new Map<string, number>();
  for (const [place, word] of query.words.entries()) {
    for (const peerId of index.peersNamed(word, query.isPeerVisible)) {
      named.set(peerId, (named.get(peerId) ?? 0) | 1 << place);
    }
  }
  for (const [peerId, places] of named) {
    for (const slot of index.offerOf(peerId)?.slots ?? []) {
      if (!query.isVisible(slot)) continue;
      const words = bitCount((marks.words[slot] ?? 0) | places);
      const total = (marks.totals[slot] ?? 0) + PEER_WORD * bitCount(places);
      const tie = index.documents.ties[slot] ?? 0;
      top.offer({ slot, peerId }, { score: words * PER_WORD + total, tie });
    }
  }
}

/** Of a byte. */
function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
