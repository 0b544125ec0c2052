/**
 * How many effects run on a node at a time.
 *
 * @module
 */

/** Bounds of the effects on one node. */
export interface EffectBounds {
  /** Effects of one actor. Default 64. */
  readonly perActor?: number;
  /** Effects that run at a time. Default 4,096. */
  readonly perNode?: number;
  /** Effects that wait for that. Default 65,536. */
  readonly waiting?: number;
}

/** The slots of a node. */
export interface EffectSlots {
  /**
   * Calls `begin` as soon as there is a slot; the result gives the slot back, or stops waiting for
   * one. `undefined`: too many wait already.
   */
  take(begin: () => void): (() => void) | undefined;
}

/** Creates the slots of a node. */
export function createEffectSlots(
  { perNode = 4_096, waiting: most = 65_536 }: EffectBounds,
): EffectSlots {
  const waiting = new Set<() => void>();
  let free = perNode;

  function next(): void {
    for (const begin of waiting) {
      if (free === 0) return;
      waiting.delete(begin);
      free--;
      begin();
    }
  }

  return {
    take(begin) {
      if (free === 0 && waiting.size >= most) return undefined;
      let has = false, given = false;
      const enter = () => {
        has = true;
        begin();
      };
      waiting.add(enter);
      next();
      return () => {
        if (given) return;
        given = true;
        if (!has) return void waiting.delete(enter);
        free++;
        next();
      };
    },
  };
}
