/**
 * Any number of waits of the same length on one timer. It goes on when nobody waits: to start and to
 * stop one for each request would cost more than most of what is done with it.
 *
 * @module
 */

/** Waits of one length. Disposed of, it keeps no timer that nobody waits for. */
export interface Patience extends Disposable {
  /** Calls `fire` once the time is up; the result prevents that. */
  wait(fire: () => void): () => void;
}

interface Wait {
  readonly at: number;
  fire: () => void;
  before: Wait | undefined;
  after: Wait | undefined;
  isOver: boolean;
}

const nothing = () => {};

/** Who came first is first to go, so the waits are a list and need no order of their own. */
class OneTimer implements Patience {
  readonly #ms: number;
  #first: Wait | undefined;
  #last: Wait | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(ms: number) {
    this.#ms = ms;
  }

  wait(fire: () => void): () => void {
    const at = performance.now() + this.#ms, before = this.#last;
    const wait: Wait = { at, fire, before, after: undefined, isOver: false };
    if (before === undefined) this.#first = wait;
    else before.after = wait;
    this.#last = wait;
    this.#timer ??= setTimeout(() => this.#look(), this.#ms);
    return () => this.#remove(wait);
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#rest();
  }

  #remove(wait: Wait): void {
    if (wait.isOver) return;
    wait.isOver = true;
    wait.fire = nothing;
    const { before, after } = wait;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    // One that has grown old must not keep alive all that waited after it, until the next full
    // collection: they were most of the garbage collector's work.
    wait.before = wait.after = undefined;
    this.#rest();
  }

  #rest(): void {
    if (!this.#isClosed || this.#first !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const now = performance.now();
    try {
      for (let first = this.#first; first && first.at <= now; first = this.#first) {
        const { fire } = first;
        this.#remove(first);
        fire();
      }
    } finally {
      // Whoever throws is told by the platform; the others are not forgotten. Nor do they wait for
      // whoever has begun to wait meanwhile: the next timer is the first one's.
      clearTimeout(this.#timer);
      const first = this.#first;
      this.#timer = first && setTimeout(() => this.#look(), Math.max(0, first.at - now));
    }
  }
}

/** Creates waits of `ms` each. */
export function createPatience(ms: number): Patience {
  return new OneTimer(ms);
}

/** What `work` comes to, or whatever `late` makes of it where that takes longer. */
export function inTime<T, L>(
  work: Promise<T>,
  { patience, late }: { readonly patience: Patience; readonly late: () => L | Promise<L> },
): Promise<T | L> {
  return new Promise((resolve, reject) => {
    const stop = patience.wait(() => {
      try {
        resolve(late());
      } catch (error) {
        reject(error);
      }
    });
    work.then((value) => {
      stop();
      resolve(value);
    }, (error) => {
      stop();
      reject(error);
    });
  });
}
