/**
 * Deals with many things a few at a time, so that whoever wants something else meanwhile is served
 * between two of them.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";

/** Things that wait for their turn. */
export interface Paced<T> {
  /** Has a thing dealt with after those that wait; once, however often it is added before that. */
  add(thing: T): void;
  /** Resolves when nothing waits and nothing is being dealt with. */
  done(): Promise<void>;
}

/** How many at a time. Enough to keep a server busy, and few for a command to wait behind. */
const WIDTH = 32;

/** Creates an empty queue; `act` deals with one thing and must not fail. */
export function createPaced<T>(
  act: (thing: T) => Promise<void>,
  { width = WIDTH }: { readonly width?: number } = {},
): Paced<T> {
  const waiting = new Set<T>();
  const listeners: (() => void)[] = [];
  let workers = 0, acted = 0;
  let turn: Promise<void> | undefined;

  /** What asks nothing of the server would go on without end, and nobody else would be heard. */
  function breath(): Promise<void> | undefined {
    if (++acted < width) return undefined;
    turn ??= setImmediate().then(() => {
      acted = 0;
      turn = undefined;
    });
    return turn;
  }

  async function work(): Promise<void> {
    for (const thing of waiting) {
      waiting.delete(thing);
      await act(thing);
      await breath();
    }
    if (--workers === 0) { for (const tell of listeners.splice(0)) tell(); }
  }

  return {
    add(thing) {
      waiting.add(thing);
      if (workers === width) return;
      workers++;
      void work();
    },
    async done() {
      while (workers > 0) await new Promise<void>((resolve) => listeners.push(resolve));
    },
  };
}
