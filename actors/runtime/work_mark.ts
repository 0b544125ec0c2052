/**
 * Keeps the key of one actor in `ACTIVE` for as long as it has work under way.
 *
 * A crash right after a commit must not lose what the commit asked for. So the key is durable before
 * the commit is appended: if the commit is in the log, the key is in the bucket, and whoever owns the
 * actor next finds the one through the other. A commit that fails leaves a key without work, which
 * costs an activation and is removed then. As long as a node knows its key to be there, further
 * commits pay nothing for it.
 *
 * The key is removed lazily, some time after the last work was done, and only if it is still the one
 * that this node put (its revision is the fence). Whoever activates an actor puts the key anew before
 * it could remove it: so no node ever removes what another one has put. Nor does it while the log goes
 * on after what it has taken up itself: what is there may have been committed under an earlier key, by
 * a node that has died since. One case is left: two nodes that both believe to own the actor, of which
 * one removes the key and the other one, which has put it before, commits after that and dies at once.
 * Then its work waits for the next command to that actor.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import type { ActiveActors } from "./active_actors.ts";

/** The key of one actor. */
export interface WorkMark {
  /** Whether the key is known to be there. */
  readonly isSet: boolean;
  /** Has the key put, unless it is there; `undefined` when there is nothing to wait for. */
  set(): Promise<void> | undefined;
  /** Has it removed after a while, if `isDone` still says so then. */
  clearLater(isDone: () => boolean): void;
  /** Removes it now, unless there is something new in the log. */
  clear(): Promise<void>;
  /** Leaves it where it is. */
  leave(): void;
}

const CLEAR_AFTER_MS = 10_000;

/** Whose key it is. */
export interface WorkMarkOptions {
  readonly address: Address;
  /** Whether nothing is in the actor's log that this node has not taken up. */
  readonly isUpToDate: () => Promise<boolean>;
}

/** Creates the mark of an actor; it is not set. */
export function createWorkMark(active: ActiveActors, options: WorkMarkOptions): WorkMark {
  return new KeyedMark(active, options);
}

// A class, as there is one for each actor with duties: a closure for each method would cost more.
class KeyedMark implements WorkMark {
  readonly #active: ActiveActors;
  readonly #address: Address;
  readonly #isUpToDate: () => Promise<boolean>;
  #revision: number | undefined;
  #changing: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(active: ActiveActors, { address, isUpToDate }: WorkMarkOptions) {
    this.#active = active;
    this.#address = address;
    this.#isUpToDate = isUpToDate;
  }

  get isSet(): boolean {
    return this.#revision !== undefined || this.#changing !== undefined;
  }

  set(): Promise<void> | undefined {
    clearTimeout(this.#timer);
    if (this.#revision !== undefined && this.#changing === undefined) return undefined;
    return this.#change(async () => {
      this.#revision ??= await this.#active.mark(this.#address);
    });
  }

  clearLater(isDone: () => boolean): void {
    clearTimeout(this.#timer);
    if (this.#revision === undefined) return;
    this.#timer = setTimeout(() => {
      // The sweep finds a key that could not be removed.
      if (isDone()) this.clear().catch(() => undefined);
    }, CLEAR_AFTER_MS);
  }

  clear(): Promise<void> {
    clearTimeout(this.#timer);
    return this.#change(() => this.#remove());
  }

  leave(): void {
    clearTimeout(this.#timer);
  }

  #change(act: () => Promise<void>): Promise<void> {
    const before = this.#changing ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(act).finally(() => {
      if (this.#changing === mine) this.#changing = undefined;
    });
    this.#changing = mine;
    return mine;
  }

  async #remove(): Promise<void> {
    const known = this.#revision;
    // Left for the sweep, which takes up what is new.
    if (known === undefined || !await this.#isUpToDate()) return;
    // From now on a commit puts it anew: whether the removal succeeds is not known to everybody.
    this.#revision = undefined;
    await this.#active.unmark(this.#address, known);
  }
}
