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
 * An actor that has nothing to do but to wait for a timer is noted in `WAITING` before its key is removed:
 * anew each time, so that whoever removes a note by its revision removes none that came after it.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import type { ActiveActors } from "./active_actors.ts";
import type { WaitingActors } from "./waiting_actors.ts";

/** The key of one actor. */
export interface WorkMark {
  /** Whether the key is known to be there. */
  readonly isSet: boolean;
  /** Has the key put, unless it is there; `undefined` when there is nothing to wait for. */
  set(): Promise<void> | undefined;
  /** Told that somebody else may have noted that the actor waits. */
  expectNote(): void;
  /** Has it removed after a while, if `isDone` still says so then. */
  clearLater(isDone: () => boolean): void;
  /** Removes it now, unless there is something new in the log. */
  clear(): Promise<void>;
  /** Leaves it where it is. */
  leave(): void;
}

const CLEAR_AFTER_MS = 10_000;

/** Where keys are. */
export interface WorkMarkPorts {
  readonly active: Pick<ActiveActors, "mark" | "unmark">;
  readonly waiting: Pick<WaitingActors, "note" | "forget" | "find">;
}

/** Whose key it is. */
export interface WorkMarkOptions {
  readonly address: Address;
  /** When its next timer is due, if it has any. */
  readonly nextDueAt: () => number | undefined;
  /** Whether nothing is in the actor's log that this node has not taken up. */
  readonly isUpToDate: () => Promise<boolean>;
}

/** Creates the mark of an actor; it is not set. */
export function createWorkMark(ports: WorkMarkPorts, options: WorkMarkOptions): WorkMark {
  return new KeyedMark(ports, options);
}

// A class, as there is one for each actor with duties: a closure for each method would cost more.
class KeyedMark implements WorkMark {
  readonly #ports: WorkMarkPorts;
  readonly #options: WorkMarkOptions;
  #revision: number | undefined;
  /** Of the note that this node has made. */
  #noted: number | undefined;
  #mayBeNoted = false;
  #changing: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ports: WorkMarkPorts, options: WorkMarkOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  get isSet(): boolean {
    return this.#revision !== undefined || this.#changing !== undefined;
  }

  set(): Promise<void> | undefined {
    clearTimeout(this.#timer);
    if (this.#revision !== undefined && this.#changing === undefined) return undefined;
    return this.#change(async () => {
      this.#revision ??= await this.#ports.active.mark(this.#options.address);
    });
  }

  expectNote(): void {
    this.#mayBeNoted = true;
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
    const { active, waiting } = this.#ports, { address, isUpToDate, nextDueAt } = this.#options;
    const known = this.#revision;
    const hasNote = this.#noted !== undefined || this.#mayBeNoted;
    if (known === undefined && (!hasNote || nextDueAt() !== undefined)) return;
    // Left for the sweep, which takes up what is new.
    if (!await isUpToDate()) return;
    // Asked only now: the actor may have gone on meanwhile.
    const dueAt = nextDueAt();
    if (dueAt === undefined) await this.#forget();
    if (known === undefined) return;
    if (dueAt !== undefined) this.#noted = await waiting.note(address, dueAt);
    // From now on a commit puts it anew: whether the removal succeeds is not known to everybody.
    this.#revision = undefined;
    await active.unmark(address, known);
  }

  async #forget(): Promise<void> {
    const { waiting } = this.#ports, { address } = this.#options;
    const noted = this.#noted ?? (this.#mayBeNoted ? await waiting.find(address) : undefined);
    this.#noted = undefined;
    this.#mayBeNoted = false;
    if (noted !== undefined) await waiting.forget(address, noted);
  }
}
