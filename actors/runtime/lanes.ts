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
  const lanes = new Map<string, { last: Promise<void>; size: number }>();
  const closing = new AbortController();
  const { signal } = closing;
  let size = 0;

  async function after(before: Promise<void>, task: Task): Promise<void> {
    await before;
    signal.throwIfAborted();
    await task(signal);
  }

  return {
    get size() {
      return size;
    },
    sizeOf: (name) => lanes.get(name)?.size ?? 0,
    run(name, task) {
      const lane = lanes.get(name) ?? { last: Promise.resolve(), size: 0 };
      lanes.set(name, lane);
      size++;
      lane.size++;
      const running = after(lane.last, task);
      // The next in the lane waits for the end, whatever it was like.
      lane.last = running.catch(() => undefined).then(() => {
        size--;
        lane.size--;
        if (lane.size === 0) lanes.delete(name);
        if (size === 0) onIdle();
      });
      return running;
    },
    close: (reason) => closing.abort(reason),
  };
}
