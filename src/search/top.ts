/**
 * The best of many.
 *
 * @module
 */

/** Keeps the best `size` items of those it is shown. */
export interface Top<T> {
  /** Whether it would keep an item: nothing has to be made for those that it would not. */
  takes(score: number, tie: number): boolean;
  offer(item: T, rank: Rank): void;
  /** The best first. */
  list(): T[];
}

/** How good an item is. */
export interface Rank {
  readonly score: number;
  /** Decides between equals, the smaller first: the same everywhere. */
  readonly tie: number;
}

interface Entry<T> extends Rank {
  readonly item: T;
}

/** Creates an empty one. */
export function createTop<T>(size: number): Top<T> {
  // A heap with the worst on top, so that most of what comes is turned away by one comparison.
  const heap: Entry<T>[] = [];

  function swap(i: number, j: number): void {
    const a = heap[i], b = heap[j];
    if (a === undefined || b === undefined) return;
    heap[i] = b;
    heap[j] = a;
  }

  function isWorse(i: number, j: number): boolean {
    const a = heap[i], b = heap[j];
    if (a === undefined || b === undefined) return false;
    return compare(a, b) > 0;
  }

  function rise(at: number): void {
    for (let i = at; i > 0;) {
      const parent = (i - 1) >>> 1;
      if (!isWorse(i, parent)) return;
      swap(i, parent);
      i = parent;
    }
  }

  function sink(): void {
    for (let i = 0;;) {
      let worst = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (isWorse(child, worst)) worst = child;
      if (worst === i) return;
      swap(i, worst);
      i = worst;
    }
  }

  function takes(score: number, tie: number): boolean {
    const worst = heap[0];
    if (worst === undefined || heap.length < size) return true;
    return score > worst.score || (score === worst.score && tie < worst.tie);
  }

  return {
    takes,
    offer(item, { score, tie }) {
      if (!takes(score, tie)) return;
      if (heap.length >= size) {
        heap[0] = { item, score, tie };
        return sink();
      }
      heap.push({ item, score, tie });
      rise(heap.length - 1);
    },
    list: () => heap.toSorted(compare).map(({ item }) => item),
  };
}

function compare<T>(a: Entry<T>, b: Entry<T>): number {
  return b.score - a.score || a.tie - b.tie;
}
