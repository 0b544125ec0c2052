/**
 * An inverted index in memory: from words to the documents that have them, kept up to date one
 * document at a time.
 *
 * @module
 */
import { type Alike, createDictionary } from "./dictionary.ts";

/** The documents that have a word, and how much that word is like the one asked for. */
export interface Postings {
  /** Slot and weight of each document, packed for {@linkcode slotOf} and {@linkcode weightOf}. */
  readonly list: readonly number[];
  /** 1 for the very word. */
  readonly quality: number;
}

/** How words may be alike; each is searched for by itself, as the next may not be needed. */
export type Tier = "same" | "within" | "misspelled";

/** The index. */
export interface TermIndex {
  /** Slots are below it. */
  readonly capacity: number;
  /** Documents that are in the index. */
  readonly size: number;
  readonly words: number;
  /** Takes in a document by its words and their weights, from 1 to 255; returns its slot. */
  add(words: ReadonlyMap<string, number>): number;
  /** Takes a document out; its slot will belong to another one. */
  remove(slot: number): void;
  /**
   * Documents with words like `word`, some of which may have been removed: in parts, the most alike
   * first, as nobody may want the others.
   */
  find(word: string, tier: Tier): Iterable<readonly Postings[]>;
}

const WEIGHT_BITS = 8;
const MAX_WEIGHT = 255;

/** Where the document of a posting is. */
export function slotOf(posting: number): number {
  return posting >>> WEIGHT_BITS;
}

/** How much a word says of the document of a posting. */
export function weightOf(posting: number): number {
  return posting & MAX_WEIGHT;
}

/** Creates an empty index. */
export function createTermIndex(): TermIndex {
  const dictionary = createDictionary();
  // By the number of a word.
  const postings: number[][] = [], stale: number[] = [];
  // By slot. What is removed is there until no posting leads to it any more.
  const wordsOf: (readonly number[] | undefined)[] = [];
  const isRemoved: boolean[] = [], remaining: number[] = [];
  const free: number[] = [];
  let size = 0;

  /** Postings are cleaned when half of them are stale: each is looked at a few times in its life. */
  function wither(id: number): void {
    const list = postings[id] ?? [], count = (stale[id] ?? 0) + 1;
    stale[id] = count;
    if (count * 2 <= list.length) return;
    postings[id] = list.filter((posting) => !isRemoved[slotOf(posting)]);
    stale[id] = 0;
    for (const posting of list) if (isRemoved[slotOf(posting)]) loosen(slotOf(posting));
    if (postings[id]?.length === 0) dictionary.delete(id);
  }

  /** A slot is free once nothing leads there. */
  function loosen(slot: number): void {
    const left = (remaining[slot] ?? 0) - 1;
    remaining[slot] = left;
    if (left <= 0) free.push(slot);
  }

  const postingsOf = ({ id, quality }: Alike): Postings => ({ list: postings[id] ?? [], quality });

  return {
    get capacity() {
      return wordsOf.length;
    },
    get size() {
      return size;
    },
    get words() {
      return dictionary.size;
    },
    add(words) {
      const slot = free.pop() ?? wordsOf.length;
      const ids: number[] = [];
      for (const [word, weight] of words) {
        const id = dictionary.put(word);
        const bounded = Math.max(1, Math.min(MAX_WEIGHT, Math.round(weight)));
        const list = postings[id] ??= [];
        list.push(slot << WEIGHT_BITS | bounded);
        ids.push(id);
      }
      wordsOf[slot] = ids;
      isRemoved[slot] = false;
      remaining[slot] = ids.length;
      size += 1;
      return slot;
    },
    remove(slot) {
      const ids = wordsOf[slot];
      if (ids === undefined) return;
      wordsOf[slot] = undefined;
      isRemoved[slot] = true;
      size -= 1;
      if (ids.length === 0) loosen(slot);
      for (const id of ids) wither(id);
    },
    *find(word, tier) {
      if (tier === "within") {
        for (const alike of dictionary.within(word)) yield alike.map(postingsOf);
        return;
      }
      if (tier === "misspelled") return yield dictionary.misspelled(word).map(postingsOf);
      const id = dictionary.idOf(word);
      if (id !== undefined) yield [postingsOf({ id, quality: 1 })];
    },
  };
}
