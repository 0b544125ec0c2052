/**
 * How many values of a subscription may be on their way. The side that consumes them tells the side
 * that makes them; a peer that does not know of it sends as it likes, and the queue's own bounds hold.
 *
 * @module
 */

/** Values that may come before the first are taken, where so many may wait. */
export const FIRST_CREDIT = 8;

/** Bounds of a window. */
export interface WindowLimits {
  readonly values: number;
  /** Of values of the largest size seen. */
  readonly bytes: number;
}

/** The consuming side: says when to give credit, and how much. */
export class CreditWindow {
  /** What the request gives. */
  readonly first: number;
  readonly #limits: WindowLimits;
  /** What the peer may still send. */
  #open: number;
  #largest = 1;
  /** Grows while the consumer keeps up, so that one who hardly takes anything gets hardly anything. */
  #size: number;

  /** Counts the first credit as given. */
  constructor(limits: WindowLimits) {
    this.#limits = limits;
    this.first = this.#open = this.#size = Math.min(FIRST_CREDIT, limits.values);
  }

  /** Counts a value that came; whether there was credit for it. */
  arrived(bytes: number): boolean {
    this.#open -= 1;
    this.#largest = Math.max(this.#largest, bytes);
    return this.#open >= 0;
  }

  /** Credit to give now that `waiting` values wait to be taken; 0 for none yet. */
  grant(waiting: number): number {
    const { values, bytes } = this.#limits;
    const fitting = Math.max(1, Math.min(values, Math.floor(bytes / this.#largest)));
    const size = Math.min(this.#size, fitting);
    const room = size - waiting - Math.max(0, this.#open);
    // In halves of the window: telling of each single value would double the frames.
    if (room < Math.max(1, size / 2)) return 0;
    this.#open = Math.max(0, this.#open) + room;
    this.#size = Math.min(size * 2, values);
    return room;
  }
}

/** The making side: lets one value go for each credit. */
export class Credit {
  #left: number;
  #waiting: (() => void) | undefined;
  #closed = false;

  /** Begins with what the request gave. */
  constructor(first: number) {
    this.#left = first;
  }

  /** Takes one credit, and waits for it if there is none. */
  take(): Promise<void> | undefined {
    if (this.#closed) return undefined;
    this.#left -= 1;
    if (this.#left >= 0) return undefined;
    return new Promise((resolve) => this.#waiting = resolve);
  }

  /** Adds what the consumer gave. */
  add(credit: number): void {
    this.#left = Math.min(this.#left + credit, Number.MAX_SAFE_INTEGER);
    if (this.#left >= 0) this.#wake();
  }

  /** Lets whoever waits go on: it is over. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }
}
