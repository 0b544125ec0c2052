/**
 * The duties towards an actor that has not asked for anything: most actors of a node never do, and
 * what it takes to perform duties is half of what an actor costs in memory.
 *
 * @module
 */
import type { Action } from "./action.ts";
import type { ActorDuties } from "./actor_duties.ts";
import type { Asked } from "./duties.ts";

/** Creates duties that are made by `make` when the first thing is asked for. */
export function createLazyDuties(make: () => ActorDuties): ActorDuties {
  return new LazyDuties(make);
}

// A class, as there is one for each actor: a closure for each method would cost as much again.
class LazyDuties implements ActorDuties {
  readonly #make: () => ActorDuties;
  #made: ActorDuties | undefined;
  #stopped = false;

  constructor(make: () => ActorDuties) {
    this.#make = make;
  }

  get isBusy(): boolean {
    return this.#made?.isBusy ?? false;
  }

  get isFull(): boolean {
    return this.#made?.isFull ?? false;
  }

  prepare(actions: readonly Action[]): Promise<void> | undefined {
    return actions.length === 0 ? this.#made?.prepare(actions) : this.#duties().prepare(actions);
  }

  perform(asked: Asked): Promise<void> | undefined {
    const { actions, resumed, state: { effects, timers } } = asked;
    const isUnderWay = resumed && effects.size + timers.size > 0;
    const asksForNothing = actions.length === 0 && !isUnderWay;
    return asksForNothing ? this.#made?.perform(asked) : this.#duties().perform(asked);
  }

  delivered(): Promise<void> {
    return this.#made?.delivered() ?? Promise.resolve();
  }

  adopt(seq: number): void {
    this.#duties().adopt(seq);
  }

  get isLate(): boolean {
    return this.#made?.isLate ?? false;
  }

  rearmLate(): Promise<void> {
    return this.#made?.rearmLate() ?? Promise.resolve();
  }

  stop(): void {
    this.#stopped = true;
    this.#made?.stop();
  }

  close(): Promise<boolean> {
    this.stop();
    return this.#made?.close() ?? Promise.resolve(false);
  }

  #duties(): ActorDuties {
    if (this.#made === undefined) {
      this.#made = this.#make();
      if (this.#stopped) this.#made.stop();
    }
    return this.#made;
  }
}
