/**
 * Who may run: limits, and lines of nodes that wait for them.
 *
 * @module
 */
import { Heap } from "./heap.ts";

/** How many operations may run at once somewhere. */
export interface Limit {
  readonly max: number;
  used: number;
}

/** Limits that hold for a node, from the innermost to the workflow's; shared by its neighbours. */
export type Limits = readonly Limit[];

interface Waiting {
  readonly limits: Limits;
  readonly state: { readonly readyNumber?: number };
}

interface Entry<N> {
  readonly node: N;
  readonly number: number;
}

/** Nodes under the same limits, first come first served. */
class Line<N extends Waiting> {
  readonly limits: Limits;
  #entries: Entry<N>[] = [];
  #head = 0;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  push(entry: Entry<N>): void {
    this.#entries.push(entry);
  }

  /** The first that still waits: others were aborted or restarted meanwhile. */
  peek(): Entry<N> | undefined {
    for (;; this.#head++) {
      const entry = this.#entries[this.#head];
      if (entry === undefined || entry.node.state.readyNumber === entry.number) return entry;
    }
  }

  shift(): void {
    this.#head++;
    if (this.#head < 1024 || this.#head * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }
}

/**
 * All lines of a workflow: one for each set of limits. A line that finds a limit full is laid aside
 * with that limit, so that a map of ten thousand items, each with a limit of its own, is not looked
 * through at every step.
 */
export class ReadyLines<N extends Waiting> {
  readonly #lines = new Map<Limits, Line<N>>();
  /** Lines that may go on, by the number of their first node or a lesser one. */
  readonly #open = new Heap<Line<N>>();
  readonly #aside = new Map<Limit, Heap<Line<N>>>();
  /** Limits that had room again, and have lines laid aside. */
  readonly #freed = new Set<Limit>();

  /** Puts a node at the end of its line. */
  push(node: N, number: number): void {
    let line = this.#lines.get(node.limits);
    if (line === undefined) {
      line = new Line(node.limits);
      this.#lines.set(node.limits, line);
      this.#open.push({ number, value: line });
    }
    line.push({ node, number });
  }

  /** Tells that a node no longer uses this limit. */
  free(limit: Limit): void {
    if (this.#aside.has(limit)) this.#freed.add(limit);
  }

  /** Takes the node that has waited longest among those whose limits all have room. */
  take(): N | undefined {
    for (;;) {
      this.#reopen();
      const next = this.#open.pop();
      if (next === undefined) return undefined;
      const { value: line, number } = next, first = line.peek();
      if (first === undefined) this.#lines.delete(line.limits);
      // Its first node is gone, and another line may come before the one that is first now.
      else if (first.number !== number) this.#open.push({ number: first.number, value: line });
      else if (!this.#layAside(line, number)) return this.#take(line, first);
    }
  }

  #take(line: Line<N>, { node }: Entry<N>): N {
    line.shift();
    const next = line.peek();
    if (next) this.#open.push({ number: next.number, value: line });
    else this.#lines.delete(line.limits);
    return node;
  }

  #layAside(line: Line<N>, number: number): boolean {
    const full = line.limits.find(({ used, max }) => used >= max);
    if (full === undefined) return false;
    const lines = this.#aside.get(full) ?? new Heap();
    this.#aside.set(full, lines);
    lines.push({ number, value: line });
    return true;
  }

  /** Of the lines laid aside with a limit that has room, the first may try again. */
  #reopen(): void {
    for (const limit of this.#freed) {
      const lines = limit.used < limit.max ? this.#aside.get(limit) : undefined;
      const first = lines?.pop();
      if (first) this.#open.push(first);
      else this.#freed.delete(limit);
      if (lines?.size === 0) this.#aside.delete(limit);
    }
  }
}
