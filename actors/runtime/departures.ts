/**
 * Waits for other nodes only as long as they are there: one that has died answers nothing, and the
 * server does not say so of what it had taken already.
 *
 * @module
 */

/** What {@linkcode Departures.orGone} resolves with when the node is gone. */
export const GONE: unique symbol = Symbol("gone");

/** Those who wait, by the node they wait for. */
export interface Departures {
  /** Settles as what is asked does, or with `GONE` once the node is not among the live ones any more. */
  orGone<T>(node: string, ask: (signal: AbortSignal) => Promise<T>): Promise<T | typeof GONE>;
  /** Tells which nodes are there now. */
  update(nodes: readonly string[]): void;
}

/** Creates an empty waiting room. */
export function createDepartures(): Departures {
  const waiting = new Map<string, Set<AbortController>>();

  return {
    async orGone(node, ask) {
      const here = waiting.get(node) ?? new Set();
      waiting.set(node, here);
      // One for each: a signal with many listeners takes long to lose one.
      const mine = new AbortController();
      here.add(mine);
      try {
        return await ask(mine.signal);
      } catch (error) {
        if (mine.signal.aborted) return GONE;
        throw error;
      } finally {
        here.delete(mine);
        if (here.size === 0 && waiting.get(node) === here) waiting.delete(node);
      }
    },
    update(nodes) {
      for (const [node, here] of waiting) {
        if (!nodes.includes(node)) { for (const one of here) one.abort(); }
      }
    },
  };
}
