/**
 * Words by number, and a quick look at all of them for those that are like another.
 *
 * Each word has masks of what is in it. They lie next to each other by the length of their
 * words, so that going through them takes a nanosecond or so each, and rules out nearly all.
 *
 * @module
 */
import { editDistance } from "./edit_distance.ts";

/** Words, each with a number that it keeps as long as it is there. */
export interface Dictionary {
  readonly size: number;
  idOf(word: string): number | undefined;
  wordOf(id: number): string;
  /** The number of a word, which is put in if it is not there. */
  put(word: string): number;
  delete(id: number): void;
  /**
   * Longer words that begin with `word`, or, from three letters on, have it somewhere in them: length
   * by length, the most alike first.
   */
  within(word: string): Iterable<readonly Alike[]>;
  /** Words that are a slip of the finger away; two, for long ones. */
  misspelled(word: string): Alike[];
}

/** A word that is like another, and how much: below 1, which is the same. */
export interface Alike {
  readonly id: number;
  readonly quality: number;
}

/** Longest word that is taken. */
export const MAX_WORD_CHARS = 32;

/** Words of one length. */
interface Shelf {
  /** Which letters are in each word. */
  letters: Int32Array;
  /** Which digits, and which letters stand beside each other, as far as the bits go. */
  pairs: Int32Array;
  /** The pairs once more, in other bits: what one mask takes for another pair, this one may not. */
  others: Int32Array;
  readonly ids: number[];
}

/** Creates an empty dictionary. */
export function createDictionary(): Dictionary {
  const byWord = new Map<string, number>();
  const words: string[] = [], places: number[] = [], free: number[] = [];
  const shelves: Shelf[] = Array.from(
    { length: MAX_WORD_CHARS + 1 },
    () => ({
      letters: new Int32Array(16),
      pairs: new Int32Array(16),
      others: new Int32Array(16),
      ids: [],
    }),
  );

  function shelfOf(word: string): Shelf {
    const shelf = shelves[word.length];
    if (shelf === undefined) throw new RangeError(`Cannot keep a word of ${word.length} letters`);
    return shelf;
  }

  function put(word: string): number {
    const known = byWord.get(word);
    if (known !== undefined) return known;
    const shelf = shelfOf(word), place = shelf.ids.length;
    const id = free.pop() ?? words.length;
    words[id] = word;
    places[id] = place;
    shelf.ids.push(id);
    if (place >= shelf.letters.length) {
      shelf.letters = doubled(shelf.letters);
      shelf.pairs = doubled(shelf.pairs);
      shelf.others = doubled(shelf.others);
    }
    shelf.letters[place] = lettersOf(word);
    shelf.pairs[place] = pairsOf(word);
    shelf.others[place] = othersOf(word);
    byWord.set(word, id);
    return id;
  }

  /** The last one of the shelf takes its place. */
  function remove(id: number): void {
    const word = words[id] ?? "", place = places[id] ?? 0;
    const shelf = shelfOf(word), last = shelf.ids.pop();
    if (last !== undefined && last !== id) {
      shelf.ids[place] = last;
      shelf.letters[place] = shelf.letters[shelf.ids.length] ?? 0;
      shelf.pairs[place] = shelf.pairs[shelf.ids.length] ?? 0;
      shelf.others[place] = shelf.others[shelf.ids.length] ?? 0;
      places[last] = place;
    }
    byWord.delete(word);
    words[id] = "";
    free.push(id);
  }

  return {
    get size() {
      return byWord.size;
    },
    idOf: (word) => byWord.get(word),
    wordOf: (id) => words[id] ?? "",
    put,
    delete: remove,
    *within(word) {
      if (word.length < 2) return;
      for (let length = word.length + 1; length <= MAX_WORD_CHARS; length++) {
        const alike: Alike[] = [], share = word.length / length;
        for (const id of containing(word, shelves[length])) {
          const at = words[id]?.indexOf(word) ?? -1;
          if (at === 0) alike.push({ id, quality: 0.5 + 0.4 * share });
          else if (at > 0 && word.length > 2) alike.push({ id, quality: 0.2 + 0.3 * share });
        }
        if (alike.length > 0) yield alike;
      }
    },
    misspelled(word) {
      const alike: Alike[] = [];
      const max = word.length < 4 ? 0 : word.length < 8 ? 1 : 2;
      if (max === 0) return alike;
      for (let length = word.length - max; length <= word.length + max; length++) {
        for (const id of near(word, { shelf: shelves[length], max })) {
          const distance = editDistance(word, { to: words[id] ?? "", max });
          if (distance <= max && distance > 0) alike.push({ id, quality: 0.6 - 0.15 * distance });
        }
      }
      return alike;
    },
  };
}

/** Numbers of words that may have another in them. */
function containing(word: string, shelf: Shelf | undefined): number[] {
  const found: number[] = [];
  if (shelf === undefined) return found;
  const { letters, pairs, others, ids } = shelf;
  const wanted = lettersOf(word), wantedPairs = pairsOf(word), wantedOthers = othersOf(word);
  const count = ids.length;
  for (let place = 0; place < count; place++) {
    if (((letters[place] ?? 0) & wanted) !== wanted) continue;
    if (((pairs[place] ?? 0) & wantedPairs) !== wantedPairs) continue;
    if (((others[place] ?? 0) & wantedOthers) === wantedOthers) found.push(ids[place] ?? 0);
  }
  return found;
}

/** Numbers of words that may be so few slips away from another. */
function near(
  word: string,
  { shelf, max }: { readonly shelf: Shelf | undefined; readonly max: number },
): number[] {
  const found: number[] = [];
  if (shelf === undefined) return found;
  const { letters, ids } = shelf;
  const wanted = lettersOf(word), count = ids.length;
  for (let place = 0; place < count; place++) {
    // A letter for another one changes two bits: clearing as many has to clear them all.
    let rest = (letters[place] ?? 0) ^ wanted;
    for (let bit = 0; bit < 2 * max; bit++) rest &= rest - 1;
    if (rest === 0) found.push(ids[place] ?? 0);
  }
  return found;
}

function doubled(masks: Int32Array): Int32Array {
  const larger = new Int32Array(masks.length * 2);
  larger.set(masks);
  return larger;
}

/** A bit for each letter, and for digits and letters of other scripts a few that they share. */
function lettersOf(word: string): number {
  let mask = 0;
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    const isLetter = code >= 0x61 && code <= 0x7a;
    mask |= 1 << (isLetter ? code - 0x61 : 26 + code % 6);
  }
  return mask;
}

/** A bit for each digit, and 22 that pairs of neighbours share. */
function pairsOf(word: string): number {
  let mask = 0;
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) mask |= 1 << (code - 0x30);
    if (i > 0) mask |= 1 << (10 + (word.charCodeAt(i - 1) * 31 + code) % 22);
  }
  return mask;
}

/** 32 bits that pairs of neighbours share. */
function othersOf(word: string): number {
  let mask = 0;
  for (let i = 1; i < word.length; i++) {
    mask |= 1 << (Math.imul(word.charCodeAt(i - 1) << 8 ^ word.charCodeAt(i), 0x9e3779b1) >>> 27);
  }
  return mask;
}
