/**
 * When one actor is saved in a snapshot: now and then, and before it leaves memory.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import type { ActorKind } from "./definition.ts";
import { type Loaded, persist } from "./persist.ts";
import type { Snapshots } from "./snapshots.ts";

/** What saving an actor needs. */
export interface SaverOptions {
  readonly kind: ActorKind;
  readonly snapshots: Snapshots;
  readonly address: Address;
  /** Resolves once all is done that was asked for by now, with whether none of it was given up. */
  readonly isDone: () => Promise<boolean>;
}

/** Saves one actor. */
export interface Saver {
  /** It was loaded, from a snapshot that had come to `savedSeq` if there was one. */
  begin(loaded: Loaded | undefined, savedSeq: number | undefined): void;
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
  #savedSeq: number | undefined;

  constructor(options: SaverOptions) {
    this.#options = options;
  }

  begin(loaded: Loaded | undefined, savedSeq: number | undefined): void {
    this.#countAtSnapshot = loaded?.state.count ?? 0;
    this.#savedSeq = savedSeq;
  }

  nowAndThen(loaded: Loaded | undefined): void {
    if (loaded === undefined || this.#saving !== undefined) return;
    if (loaded.state.count - this.#countAtSnapshot < this.#options.kind.snapshotEvery) return;
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
    // Spelled at once: the window grows with the next commit.
    const persisted = persist(kind, loaded);
    if (!await isDone()) return;
    await snapshots.save(address, persisted);
    this.#savedSeq = loaded.seq;
  }
}
