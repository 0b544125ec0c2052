/**
 * Commands of the log that an actor has forgotten while others waited.
 *
 * An actor remembers its last commands, however many come: while one of them waits here, for a log
 * that does not answer, another node may have taken it and so many after it that it is forgotten. It
 * is in the log all the same, and must not get there a second time.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import { commandKey, type CommandWindow } from "./command_window.ts";
import { MAX_REMEMBERED } from "./definition.ts";
import { fold } from "./fold.ts";
import type { LoadPorts } from "./load.ts";
import type { Loaded } from "./persist.ts";
import type { LoggedEvent } from "./record.ts";
import type { Outcome } from "./state.ts";

/** Where in the log the actor may have forgotten something that waits. */
export type From = { readonly from: number } | { readonly since: Date };

/** What is needed to recall. */
export interface RecallPorts extends Pick<LoadPorts, "kind" | "scope" | "log"> {
  readonly now: () => number;
}

/** An actor comes into memory in less, unless the log does not answer. */
const PROMPT_MS = 1_000;
/** By how much the clocks of nodes and servers may differ. */
const SKEW_MS = 5_000;
/** What comes so long after the log was searched has not waited then, nor was it on its way. */
const OVER_AFTER_MS = 5_000;

/** What is known of the time before an actor was loaded. */
export interface Before {
  /** Events that it remembers. */
  readonly remember: number;
  /** The end of its log as it was seen last. */
  readonly seen: number | undefined;
  /** When the first of those came that wait. */
  readonly waitsSince: number;
  readonly now: number;
}

/** Where the log has to be searched, once an actor is loaded; nowhere if nothing can be forgotten. */
export function whereToSearch(
  { state, seq }: Loaded,
  { remember, seen, waitsSince, now }: Before,
): From | undefined {
  if (state.count <= remember || seq === seen) return undefined;
  if (seen !== undefined) return { from: seen + 1 };
  if (now - waitsSince <= PROMPT_MS) return undefined;
  return { since: new Date(waitsSince - SKEW_MS) };
}

/** What one actor has forgotten and may be asked for. */
export class Recollection {
  readonly #ports: RecallPorts;
  readonly #address: Address;
  /** By {@linkcode commandKey}, the sequence of its commit. */
  readonly #seqs = new Map<string, number>();
  /** What came of those that were asked for. */
  readonly #found = new Map<string, Outcome>();
  #overAt = 0;

  constructor(ports: RecallPorts, address: Address) {
    this.#ports = ports;
    this.#address = address;
  }

  /** Searches the log up to where the window begins. @throws {BusError} */
  async gather({ window, seq }: Loaded, from: From): Promise<void> {
    const [oldest] = window.entries();
    const reach = oldest?.[1].position.commit.seq ?? seq;
    for await (const record of this.#ports.log.read(this.#address, from)) {
      if (record.seq > reach) break;
      for (const event of record.events) this.#seqs.set(commandKey(event), record.seq);
    }
    this.#overAt = this.#ports.now() + OVER_AFTER_MS;
  }

  /** Whether what comes by now needs none of it. */
  isOver(now: number): boolean {
    return now > this.#overAt;
  }

  /** The window, and those of `commands` that it has forgotten. @throws {BusError} */
  async over(
    window: CommandWindow,
    commands: readonly LoggedEvent[],
  ): Promise<Pick<CommandWindow, "get">> {
    const asked = new Map<string, number>();
    for (const key of commands.map(commandKey)) {
      const seq = this.#seqs.get(key);
      const isKnown = this.#found.has(key) || window.get(key) !== undefined;
      if (seq !== undefined && !isKnown) asked.set(key, seq);
    }
    if (asked.size > 0) await this.#recall(asked);
    const found = this.#found;
    return found.size === 0 ? window : { get: (key) => window.get(key) ?? found.get(key) };
  }

  /**
   * From the log's beginning: nothing later knows them. Hardly ever does anybody wait for it, and who
   * does waits once for all.
   */
  async #recall(asked: ReadonlyMap<string, number>): Promise<void> {
    const { log, kind, scope } = this.#ports;
    // One commit may hold more than the actor remembers.
    const context = { kind: { ...kind, remember: MAX_REMEMBERED }, scope };
    const last = Math.max(...asked.values());
    let loaded: Loaded | undefined;
    for await (const record of log.read(this.#address)) {
      loaded = fold(context, loaded, record);
      for (const key of record.events.map(commandKey)) {
        const outcome = asked.get(key) === record.seq ? loaded.window.get(key) : undefined;
        if (outcome !== undefined) this.#found.set(key, outcome);
      }
      if (record.seq >= last) break;
    }
  }
}
