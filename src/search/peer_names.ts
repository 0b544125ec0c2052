/**
 * Nodes by the words of their names, for whoever names one in a search.
 *
 * @module
 */
import { createTermIndex, slotOf } from "./term_index.ts";
import { wordsOf } from "./words.ts";

/** Names of nodes. */
export interface PeerNames {
  /** Calling the result takes the name away. */
  add(peerId: string): () => void;
  /** Names that count, in which a word begins so; none where they are too many to tell one. */
  find(word: string, counts: (peerId: string) => boolean): readonly string[];
}

/** A word that so many nodes have in their names names none of them. */
const MAX_FOUND = 64;
/** What a word has in it somewhere, and not at its beginning, is less like it. */
const BEGINS = 0.5;

/** Begins with no names. */
export function createPeerNames(): PeerNames {
  const terms = createTermIndex();
  const names: (string | undefined)[] = [];
  return {
    add(peerId) {
      const slot = terms.add(new Map(wordsOf(peerId).map((word) => [word, 1])));
      names[slot] = peerId;
      return () => {
        names[slot] = undefined;
        terms.remove(slot);
      };
    },
    find(word, counts) {
      const found = new Set<string>();
      for (const tier of ["same", "within"] as const) {
        for (const { list, quality } of [...terms.find(word, tier)].flat()) {
          if (quality < BEGINS) continue;
          for (const posting of list) {
            const name = names[slotOf(posting)];
            if (name !== undefined && counts(name)) found.add(name);
            if (found.size > MAX_FOUND) return [];
          }
        }
      }
      return [...found];
    },
  };
}
