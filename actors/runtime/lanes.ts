/**
 * Work in lanes: one after the other in each lane, and the lanes side by side.
 *
 * @module
 */

/** One piece of work; the signal aborts when the lanes are closed. */
export type Task = (signal: AbortSignal) => Promise<void>;

/** Lanes of work. */
export interface Lanes {
  /** Tasks that have not ended. */
  readonly size: number;
  sizeOf(lane: string): number;
  /** Runs a task once all before it in its lane have ended; settles as it does. */
  run(lane: string, task: Task): Promise<void>;
  /** Aborts what runs; what has not begun is rejected. */
  close(reason: Error): void;
}

/** Creates lanes; `onIdle` is called whenever the last task has ended. */
export function createLanes(onIdle: () => void): Lanes {
  return new QueuedLanes(onIdle);
}

interface Lane {
  last: Promise<void>;
  size: number;
}

// There is one for each actor, and few are ever used: a class, that has nothing before it is needed.
class QueuedLanes implements Lanes {
  readonly #onIdle: () => void;
  #lanes: Map<string, Lane> | undefined;
  #closing: AbortController | undefined;
  #size = 0;

  constructor(onIdle: () => void) {
    this.#onIdle = onIdle;
  }

  get size(): number {
    return this.#size;
  }

  sizeOf(name: string): number {
    return this.#lanes?.get(name)?.size ?? 0;
  }

  run(name: string, task: Task): Promise<void> {
    const lanes = this.#lanes ??= new Map();
    const lane: Lane = lanes.get(name) ?? { last: Promise.resolve(), size: 0 };
    lanes.set(name, lane);
    this.#size++;
    lane.size++;
    const running = this.#after(lane.last, task);
    // The next in the lane waits for the end, whatever it was like.
    lane.last = running.catch(() => undefined).then(() => {
      this.#size--;
      lane.size--;
      if (lane.size === 0) lanes.delete(name);
      if (this.#size === 0) this.#onIdle();
    });
    return running;
  }

  close(reason: Error): void {
    this.#controller().abort(reason);
  }

  async #after(before: Promise<void>, task: Task): Promise<void> {
    const { signal } = this.#controller();
    await before;
    signal.throwIfAborted();
    await task(signal);
  }

  #controller(): AbortController {
    return this.#closing ??= new AbortController();
  }
}
