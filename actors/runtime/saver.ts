/**
 * When one actor is saved in a snapshot: now and then, and before it leaves memory.
 *
 * @module
 */
import { type Address, BusError } from "@hub/bus";
import type { Action } from "./action.ts";
import type { ActorKind } from "./definition.ts";
import { type Loaded, persist } from "./persist.ts";
import type { Snapshots, Unusable } from "./snapshots.ts";
import type { Position } from "./state.ts";

/** What saving an actor needs. */
export interface SaverOptions {
  readonly kind: ActorKind;
  readonly snapshots: Snapshots;
  readonly address: Address;
  /** Told once of an actor that is too large to be saved. */
  readonly onUnusable?: ((address: Address, why: Unusable) => void) | undefined;
  /** Resolves once all is done that was asked for by now, with whether none of it was given up. */
  readonly isDone: () => Promise<boolean>;
}

/** How far a snapshot has come. */
export interface Saved {
  readonly seq: number;
  /** Events of the log up to there. */
  readonly count: number;
}

/**
 * What an actor has sent since it was saved, it sends again after a crash, and its receivers have to
 * know it by then: a snapshot comes after so many events that send, however seldom it comes otherwise.
 */
const MAX_SENDING = 200;

/** Saves one actor. */
export interface Saver {
  /** It was loaded, from a snapshot if there was one. */
  begin(saved: Saved | undefined): void;
  /** That was asked for, and is asked for again if it is lost before it is saved. */
  asked(actions: readonly Action[]): void;
  /** Saves it if there was enough since the last time; who commits does not wait for it. */
  nowAndThen(loaded: Loaded | undefined): void;
  /** Resolves when nothing is being saved. */
  done(): Promise<void>;
  /** Saves it, unless a snapshot has all of it already. */
  save(loaded: Loaded): Promise<void>;
}

/** Creates the saver of an actor that was not loaded yet. */
export function createSaver(options: SaverOptions): Saver {
  return new SnapshotSaver(options);
}

// A class, as there is one for each actor in memory.
class SnapshotSaver implements Saver {
  readonly #options: SaverOptions;
  #saving: Promise<void> | undefined;
  #countAtSnapshot = 0;
  /** Events since then that have sent something. */
  #sending = 0;
  #savedSeq: number | undefined;
  #isTold = false;

  constructor(options: SaverOptions) {
    this.#options = options;
  }

  begin(saved: Saved | undefined): void {
    // Not the end of the log: an actor that never stays for long would have a longer tail each time.
    this.#countAtSnapshot = saved?.count ?? 0;
    this.#sending = 0;
    this.#savedSeq = saved?.seq;
  }

  asked(actions: readonly Action[]): void {
    let last: Position | undefined;
    for (const action of actions) {
      if (action.do !== "send" || action.id.position === last) continue;
      last = action.id.position;
      this.#sending++;
    }
  }

  nowAndThen(loaded: Loaded | undefined): void {
    if (loaded === undefined || this.#saving !== undefined) return;
    const isDue = loaded.state.count - this.#countAtSnapshot >= this.#options.kind.snapshotEvery;
    if (!isDue && this.#sending < MAX_SENDING) return;
    this.#saving = this.save(loaded)
      // Only a shortcut is missing; the next one will do.
      .catch(() => undefined)
      .finally(() => this.#saving = undefined);
  }

  async done(): Promise<void> {
    await this.#saving;
  }

  async save(loaded: Loaded): Promise<void> {
    // Who was only looked at has nothing to be saved.
    if (loaded.seq === this.#savedSeq) return;
    const { kind, snapshots, address, isDone } = this.#options;
    this.#countAtSnapshot = loaded.state.count;
    this.#sending = 0;
    // Spelled at once: the window grows with the next commit.
    const persisted = persist(kind, loaded);
    if (!await isDone()) return;
    await snapshots.save(address, persisted).catch((error) => this.#tell(error));
    this.#savedSeq = loaded.seq;
  }

  /** Anything but its size may be otherwise the next time. */
  #tell(error: unknown): never {
    const { address, onUnusable } = this.#options;
    const isTooLarge = error instanceof BusError && error.code === "TOO_LARGE";
    if (isTooLarge && !this.#isTold) onUnusable?.(address, "too large");
    this.#isTold ||= isTooLarge;
    throw error;
  }
}
