/**
 * Keeps a node's key in bucket `NODES` alive, and knows when it may not be any more.
 *
 * @module
 */
import { nuid } from "@nats-io/nats-core";
import { backOff, pause } from "./back_off.ts";
import type { Bus } from "./connect.ts";
import { BusError, WrongLastSequence } from "./errors.ts";
import { nodeKey } from "./keys.ts";
import { createListeners } from "./listeners.ts";
import { encodeNodeEntry, type NodeInfo } from "./node_entry.ts";
import type { NodesView, StoredEntry } from "./nodes_view.ts";
import { type PublishConditions, PURGE_HEADERS } from "./publish_headers.ts";
import type { PublishAck } from "./publish_ack.ts";
import { MARKER_TTL_MS } from "./stream_configs.ts";
import { keySubject } from "./subjects.ts";

/** What a {@linkcode NodeKeeper} needs to know. */
export interface NodeKeeperOptions {
  readonly bus: Bus;
  readonly view: NodesView;
  readonly node: string;
  readonly info: NodeInfo;
  readonly heartbeatMs: number;
  readonly ttlMs: number;
}

const JOIN_ATTEMPTS = 10;
const POLL_MS = 100;
/** In heartbeats: after a longer pause a renewal is one of many that come back from an outage. */
const GAP = 1.5;

/** One node's key. */
export class NodeKeeper {
  readonly #options: NodeKeeperOptions;
  readonly #key: string;
  readonly #instance = nuid.next();
  readonly #flips = createListeners<boolean>();
  readonly #stopping = new AbortController();
  #beating = Promise.resolve();
  #leaving: Promise<void> | undefined;
  #revision = 0;
  #epoch = 0;
  #renewedAt = -Infinity;
  /** When the first renewal of those without a gap was answered. */
  #steadySince = Infinity;
  #toldMember = false;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #lastError: unknown;

  constructor(options: NodeKeeperOptions) {
    this.#options = options;
    this.#key = nodeKey(options.node);
  }

  get epoch(): number {
    return this.#epoch;
  }

  get lastError(): unknown {
    return this.#lastError;
  }

  /** Tells of each change of {@linkcode NodeKeeper.isMember}. */
  onFlip(listener: (isMember: boolean) => void): () => void {
    return this.#flips.add(listener);
  }

  /**
   * The server counts the TTL from when it gets a renewal, this node from when it sent it: it gives
   * itself up before the others do. A process that was stopped finds it out at its first question.
   */
  isMember(): boolean {
    const left = this.#leaving !== undefined;
    return !left && performance.now() < this.#renewedAt + this.#options.ttlMs;
  }

  /** Others may have been away as long as this node was: they need a TTL, at most, to be back, too. */
  isSettled(): boolean {
    const { heartbeatMs, ttlMs } = this.#options, now = performance.now();
    // What is heard at the end of an outage may come before this node's next renewal.
    const isSteady = now - this.#renewedAt <= GAP * heartbeatMs;
    return isSteady && this.isMember() && now - this.#steadySince >= ttlMs;
  }

  /** @throws {BusError} `NODE_ID_TAKEN`, or what a publish throws once it is tried no more. */
  async join(signal?: AbortSignal): Promise<void> {
    for (let tries = 1;; tries++) {
      signal?.throwIfAborted();
      try {
        return await this.#enter(signal);
      } catch (error) {
        const mayHelp = error instanceof BusError &&
          (error.retryable || error instanceof WrongLastSequence);
        if (tries === JOIN_ATTEMPTS || !mayHelp) throw error;
        await backOff(tries, signal);
      }
    }
  }

  /** Renews from now on, until it leaves. */
  start(): void {
    this.#beating = this.#beat();
  }

  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #beat(): Promise<void> {
    const { heartbeatMs, ttlMs, view } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await pause(heartbeatMs, signal);
        view.checkWatch(this.#revision, ttlMs);
        await (this.isMember() ? this.#renewOrRejoin() : this.#enter(signal));
        await view.checkSilent();
        this.#lastError = undefined;
      } catch (error) {
        if (!signal.aborted) this.#lastError = error;
      }
    }
  }

  /** Writes the key anew; its sequence is the epoch. */
  async #enter(signal?: AbortSignal): Promise<void> {
    const stored = await this.#options.view.read(this.#key);
    const taken = stored?.entry !== undefined && stored.entry.instance !== this.#instance;
    if (taken) await this.#waitUntilGone(stored, signal);
    const last = taken ? await this.#options.view.read(this.#key) : stored;
    const { seq } = await this.#put(0, last?.revision ?? 0);
    this.#epoch = seq;
  }

  /** Another process has our id: a dead one is gone after its TTL, a live one renews before. */
  async #waitUntilGone({ revision }: StoredEntry, signal?: AbortSignal): Promise<void> {
    for (;;) {
      await pause(POLL_MS, signal);
      const now = await this.#options.view.read(this.#key);
      if (now?.entry === undefined) return;
      if (now.revision === revision) continue;
      throw new BusError(
        "NODE_ID_TAKEN",
        `Cannot join as ${this.#options.node}: another live process has that id, use another`,
      );
    }
  }

  /**
   * A renewal without an answer is simply sent again: if it was stored after all, the fence refuses
   * the next one, and the key itself says whether it is still ours.
   */
  async #renewOrRejoin(): Promise<void> {
    try {
      return void await this.#put(this.#epoch, this.#revision);
    } catch (error) {
      if (!(error instanceof WrongLastSequence)) throw error;
    }
    const stored = await this.#options.view.read(this.#key);
    if (this.#isOurs(stored)) await this.#put(this.#epoch, stored.revision);
    else await this.#enter(this.#stopping.signal);
  }

  async #put(epoch: number, expected: number): Promise<PublishAck> {
    const { ttlMs, info, heartbeatMs } = this.#options;
    const value = encodeNodeEntry({ instance: this.#instance, epoch, ttlMs, info });
    const sentAt = performance.now();
    const ack = await this.#publish(value, {
      expectedLastSubjectSequence: expected,
      ttlMs,
      timeoutMs: heartbeatMs,
    });
    this.#revision = ack.seq;
    if (sentAt - this.#renewedAt > GAP * heartbeatMs) this.#steadySince = performance.now();
    this.#renewedAt = sentAt;
    this.#watch();
    return ack;
  }

  #publish(
    value: Uint8Array,
    conditions: PublishConditions & { readonly timeoutMs: number },
  ): Promise<PublishAck> {
    const { bus } = this.#options;
    return bus.requests.publish(keySubject(bus.realm, "NODES", this.#key), value, conditions);
  }

  #isOurs(stored: StoredEntry | undefined): stored is StoredEntry {
    if (stored?.entry?.instance !== this.#instance) return false;
    return (stored.entry.epoch === 0 ? stored.revision : stored.entry.epoch) === this.#epoch;
  }

  /** Tells a change of membership now, and the one that comes if nothing renews it. */
  #watch(): void {
    clearTimeout(this.#watchdog);
    const isMember = this.isMember();
    if (isMember) {
      const leftMs = this.#renewedAt + this.#options.ttlMs - performance.now();
      this.#watchdog = setTimeout(() => this.#watch(), Math.max(1, Math.ceil(leftMs)));
    }
    if (isMember === this.#toldMember) return;
    this.#toldMember = isMember;
    this.#flips.tell(isMember);
  }

  async #leave(): Promise<void> {
    this.#stopping.abort();
    await this.#beating;
    try {
      const stored = await this.#options.view.read(this.#key);
      if (this.#isOurs(stored)) await this.#purge(stored.revision);
    } catch (error) {
      this.#lastError = error; // The TTL will do it.
    }
    this.#watch();
    await this.#options.view.close();
  }

  async #purge(revision: number): Promise<void> {
    await this.#publish(new Uint8Array(), {
      expectedLastSubjectSequence: revision,
      headers: PURGE_HEADERS,
      rollup: "subject",
      // The marker goes as well, or every id ever used would stay for good.
      ttlMs: MARKER_TTL_MS,
      timeoutMs: this.#options.heartbeatMs,
    });
  }
}
