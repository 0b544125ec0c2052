/**
 * How many values of a subscription may be on their way. The side that consumes them tells the side
 * that makes them; a peer that does not know of it sends as it likes, and the queue's own bounds hold.
 *
 * @module
 */

/** Values that may come before the first are taken, where so many may wait. */
export const FIRST_CREDIT = 8;

/** Turns with a single value, after one with several, until a stream counts as slow. */
const QUICK_TURNS = 2;

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
  /** Given since it grew. */
  #given = 0;
  /** Came in this turn of the event loop. */
  #came = 0;
  /** Turns in which credit is given early, though they may bring no more than a value each. */
  #quickTurns = QUICK_TURNS;

  /** Counts the first credit as given. */
  constructor(limits: WindowLimits) {
    this.#limits = limits;
    this.first = this.#open = this.#size = Math.min(FIRST_CREDIT, limits.values);
  }

  /** Counts a value that came; whether there was credit for it. */
  arrived(bytes: number): boolean {
    this.#open -= 1;
    this.#came += 1;
    this.#largest = Math.max(this.#largest, bytes);
    return this.#open >= 0;
  }

  /** Credit to give now that `waiting` values wait to be taken; 0 for none yet. */
  grant(waiting: number): number {
    const size = this.#bounded();
    const room = size - waiting - Math.max(0, this.#open);
    // In halves of the window: telling of each single value would double the frames.
    return room < Math.max(1, size / 2) ? 0 : this.#give(room);
  }

  /** Ends a turn of the event loop; whether credit is to be given early, for values come quickly. */
  endTurn(): boolean {
    const isQuick = this.#came > 1 || this.#quickTurns > 0;
    this.#quickTurns = this.#came > 1 ? QUICK_TURNS : Math.max(0, this.#quickTurns - 1);
    this.#came = 0;
    return isQuick;
  }

  /**
   * Credit to give at the end of a turn of the event loop, though it is no half of the window. A peer
   * that sends by Nagle's algorithm puts its first value on the way and keeps the others back until
   * it hears something, which without this is a delayed acknowledgement, 40 ms later. Where values
   * come one by one, nothing is kept back, and each would cost a frame.
   */
  grantEarly(waiting: number): number {
    const room = this.#bounded() - Math.max(0, this.#open);
    return waiting > 0 || room <= 0 ? 0 : this.#give(room);
  }

  #bounded(): number {
    const { values, bytes } = this.#limits;
    return Math.min(this.#size, Math.max(1, Math.min(values, Math.floor(bytes / this.#largest))));
  }

  #give(room: number): number {
    this.#open = Math.max(0, this.#open) + room;
    this.#given += room;
    if (this.#given >= this.#size / 2) {
      this.#size = Math.min(this.#size * 2, this.#limits.values);
      this.#given = 0;
    }
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
