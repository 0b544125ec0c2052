/**
 * Who may run: limits, and lines of nodes that wait for them.
 *
 * @module
 */

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
  #entries: Entry<N>[] = [];
  #head = 0;

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

/** All lines of a workflow: one for each set of limits. */
export class ReadyLines<N extends Waiting> {
  readonly #lines = new Map<Limits, Line<N>>();

  /** Puts a node at the end of its line. */
  push(node: N, number: number): void {
    const line = this.#lines.get(node.limits) ?? new Line<N>();
    this.#lines.set(node.limits, line);
    line.push({ node, number });
  }

  /** Takes the node that has waited longest among those whose limits all have room. */
  take(): N | undefined {
    let best: Entry<N> | undefined, from: Line<N> | undefined;
    for (const [limits, line] of this.#lines) {
      const entry = limits.every(hasRoom) ? line.peek() : undefined;
      if (entry === undefined || best && best.number < entry.number) continue;
      best = entry;
      from = line;
    }
    from?.shift();
    if (best && from?.peek() === undefined) this.#lines.delete(best.node.limits);
    return best?.node;
  }
}

function hasRoom({ used, max }: Limit): boolean {
  return used < max;
}
