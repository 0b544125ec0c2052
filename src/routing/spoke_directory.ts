/**
 * Tells every node where each spoke is connected and what it offers, through buckets `SPOKES` and
 * `SPECS`.
 *
 * A place counts as long as its node lives the same life: nothing has to be renewed for each spoke,
 * and with a node all its spokes are gone at once.
 *
 * @module
 */
import {
  type Bus,
  encodeJson,
  type Membership,
  openBucket,
  pause,
  specKey,
  spokeKey,
} from "@hub/bus";
import { getLogger } from "../logger/mod.ts";
import { openSetStore } from "./set_store.ts";
import type { PackedSpecSet, SpecSet } from "./spec_set.ts";
import { createStoredSets, type StoredSets } from "./stored_sets.ts";
import { createSpokeIndex, type SpokeIndex, type SpokePlace } from "./spoke_index.ts";
import { openStoredPlaces, peerOf, placeOf, type StoredPlaces } from "./spoke_places.ts";
import { createTidySets, type SetStore, type TidySets } from "./tidy_sets.ts";
import type { UnpackedSets } from "./unpacked_sets.ts";

const log = getLogger("routing");

/** Where spokes are, as all nodes see it. */
export interface SpokeDirectory extends AsyncDisposable {
  /** Spokes that can be called: those at nodes that live. */
  readonly index: SpokeIndex;
  /**
   * Says that a spoke is connected to this node, and resolves once that is durable.
   *
   * @throws {BusError}
   */
  claim(peerId: string, packed: PackedSpecSet): Promise<Claim>;
  /**
   * Stores the sets of spokes here that are not stored any more, and takes those away that nobody
   * offers, and has not for a while; how many of these. Done by itself every minute.
   *
   * @throws {BusError}
   */
  tidy(nowMs?: number): Promise<number>;
}

/** What was said of one connection. */
export interface Claim {
  /** Takes it back, unless the spoke has connected anew since. */
  release(): Promise<void>;
}

/** A place as it is stored; its set may not have been read yet. */
interface KnownPlace extends SpokePlace {
  readonly hash: string;
}

/** Spokes that are settled at a time. */
const WIDTH = 512;
const AGAIN_MS = 500;
/** How often it is asked whether something was missed. */
const SILENCE_MS = 3_000;
const TIDY_MS = 60_000;

/** What was said of a spoke that is connected here. */
interface Own {
  readonly packed: PackedSpecSet;
  revision: number;
}

type Buckets = Readonly<Record<"spokes" | "specs", Awaited<ReturnType<typeof openBucket>>>>;

interface DirectoryPorts extends Buckets {
  readonly membership: Membership;
  readonly sets: StoredSets;
  /** What is stored, without a watch. */
  readonly stored: { readonly sets: SetStore; readonly places: StoredPlaces };
}

/** Opens the directory, and resolves once all that is stored has been read. */
export async function openSpokeDirectory(
  bus: Bus,
  { membership, unpacked }: { readonly membership: Membership; readonly unpacked: UnpackedSets },
): Promise<SpokeDirectory> {
  const { realm, connection } = bus;
  const spokes = await openBucket(connection, { realm, bucket: "SPOKES" });
  const specs = await openBucket(connection, { realm, bucket: "SPECS" });
  const directory = new Directory({
    ...{ membership, spokes, specs },
    sets: createStoredSets(bus, unpacked),
    stored: { sets: openSetStore(bus, specs), places: openStoredPlaces(bus) },
  });
  await directory.open();
  return directory;
}

class Directory implements SpokeDirectory {
  readonly index = createSpokeIndex();
  readonly #membership: Membership;
  readonly #buckets: Buckets;
  readonly #sets: StoredSets;
  readonly #known = new Map<string, KnownPlace>();
  readonly #own = new Map<string, Own>();
  readonly #closing = new AbortController();
  readonly #forget: () => void;
  #following: Promise<void> = Promise.resolve();
  /** Life of this node in which its own places were told. */
  #toldIn: number;
  #again: ReturnType<typeof setTimeout> | undefined;
  readonly #tidySets: TidySets;
  /** The last round of tidying: none before it still runs when it is over. */
  #tidying: Promise<unknown> = Promise.resolve();
  #keepingTidy: Promise<void> = Promise.resolve();

  constructor({ membership, sets, stored, ...buckets }: DirectoryPorts) {
    this.#membership = membership;
    this.#sets = sets;
    this.#buckets = buckets;
    this.#toldIn = membership.epoch;
    this.#forget = membership.onChange(() => this.#settleAll());
    this.#tidySets = createTidySets({
      store: stored.sets,
      offered: () => this.#hashesOf(this.#known.values()),
      used: async () => this.#hashesOf(await stored.places.read()),
      own: () =>
        new Map([...this.#own.values()].map(({ packed: { set, bytes } }) => [set.hash, bytes])),
    });
  }

  async open(): Promise<void> {
    const ready = Promise.withResolvers<void>();
    this.#following = this.#follow(ready.resolve);
    await ready.promise;
    this.#keepingTidy = this.#keepTidy();
  }

  async claim(peerId: string, packed: PackedSpecSet): Promise<Claim> {
    const { set, bytes } = packed;
    const isStored = this.index.setOf(set.hash) !== undefined;
    if (!isStored) await this.#buckets.specs.put(specKey(set.hash), bytes);
    const mine = { packed, revision: await this.#tell(peerId, packed) };
    this.#own.set(peerId, mine);
    const place = this.#known.get(peerId);
    // Unless the spoke has gone elsewhere already.
    if (place?.revision === mine.revision) this.index.set({ ...place, set });
    return { release: () => this.#release(peerId, mine) };
  }

  async tidy(nowMs: number = Date.now()): Promise<number> {
    const [first] = this.#membership.nodes().map(({ id }) => id).sort();
    const { signal } = this.#closing;
    const round = this.#tidySets({ nowMs, removes: first === this.#membership.node, signal });
    this.#tidying = round.catch(() => undefined);
    return await round;
  }

  async #keepTidy(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await pause(TIDY_MS, signal).catch(() => undefined);
      if (!signal.aborted) await this.#tidyQuietly();
    }
  }

  #hashesOf(places: Iterable<Pick<KnownPlace, "node" | "nodeEpoch" | "hash">>): Set<string> {
    return new Set([...places].filter((place) => this.#isLive(place)).map(({ hash }) => hash));
  }

  async #tidyQuietly(): Promise<void> {
    try {
      const removed = await this.tidy();
      if (removed > 0) log.info("unused sets of operations removed", { sets: removed });
    } catch (error) {
      if (!this.#closing.signal.aborted) log.debug("sets not tidied", { error });
    }
  }

  async #release(peerId: string, mine: Own): Promise<void> {
    if (this.#own.get(peerId) !== mine) return;
    this.#own.delete(peerId);
    this.index.delete(peerId, mine.revision);
    if (this.#known.get(peerId)?.revision === mine.revision) this.#known.delete(peerId);
    try {
      await this.#buckets.spokes.delete(spokeKey(peerId), { previousSeq: mine.revision });
    } catch (error) {
      // The spoke has connected to another node; or this one is given up by the others anyway.
      log.debug("spoke not released", { peer: peerId, error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#forget();
    clearTimeout(this.#again);
    this.#closing.abort();
    await this.#following;
    await this.#keepingTidy;
    await this.#tidying;
  }

  /** Reads all that is stored, calls `onRead`, and goes on reading until closed. */
  async #follow(onRead: () => void): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#watch(onRead);
      } catch (error) {
        if (!signal.aborted) log.warn("spokes of other nodes are not seen", { error });
      }
      await pause(AGAIN_MS, signal).catch(() => undefined);
    }
    onRead();
  }

  async #watch(onRead: () => void): Promise<void> {
    const { spokes } = this.#buckets;
    const { signal } = this.#closing;
    const { streamInfo: { state } } = await spokes.status();
    const entries = await spokes.watch();
    const stop = () => entries.stop();
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    if (state.messages === 0) onRead();
    const settling = new Set<Promise<void>>();
    let newest = 0;
    const checking = this.#checkSilence(() => newest, stop);
    for await (const { key, operation, revision, value } of entries) {
      newest = revision;
      const peerId = peerOf(key);
      if (peerId !== undefined) {
        this.#learn(peerId, revision, operation === "PUT" ? placeOf(value) : undefined);
        const settled = this.#settle(peerId).finally(() => settling.delete(settled));
        settling.add(settled);
        if (settling.size >= WIDTH) await Promise.race(settling);
      }
      if (revision >= state.last_seq) void Promise.all(settling).then(() => onRead());
    }
    clearInterval(checking);
    signal.removeEventListener("abort", stop);
    await Promise.all(settling);
  }

  /** A watch may fall silent with the server that served it, and the client learns of it late. */
  #checkSilence(newest: () => number, stop: () => void): ReturnType<typeof setInterval> {
    let missed = 0;
    return setInterval(async () => {
      try {
        const { streamInfo: { state } } = await this.#buckets.spokes.status();
        // What was stored this very moment may still be on its way.
        if (missed > newest()) stop();
        missed = state.last_seq;
      } catch {
        // Without a connection there is nothing to be missed yet.
      }
    }, SILENCE_MS);
  }

  #learn(peerId: string, revision: number, place: ReturnType<typeof placeOf>): void {
    // What this node has told itself is known before it is seen here.
    if ((this.#known.get(peerId)?.revision ?? 0) >= revision) return;
    if (place === undefined) this.#known.delete(peerId);
    else this.#known.set(peerId, { ...place, peerId, revision });
  }

  #settleAll(): void {
    if (this.#closing.signal.aborted) return;
    for (const peerId of this.#known.keys()) void this.#settle(peerId);
    if (this.#membership.epoch !== this.#toldIn) void this.#tellAgain();
  }

  /** Brings the index to what is known of one spoke. */
  async #settle(peerId: string): Promise<void> {
    const place = this.#known.get(peerId);
    if (place === undefined || !this.#isLive(place)) {
      return this.index.delete(peerId, place?.revision ?? Infinity);
    }
    try {
      const set = await this.#setOf(place.hash);
      // It may have moved, or gone, while the set was read.
      if (this.#known.get(peerId) === place && this.#isLive(place)) {
        this.index.set({ ...place, set });
      }
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      log.warn("spoke cannot be routed to yet", { peer: peerId, error });
      this.#settleAgain();
    }
  }

  #settleAgain(): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#settleAll(), AGAIN_MS);
  }

  #isLive({ node, nodeEpoch }: Pick<KnownPlace, "node" | "nodeEpoch">): boolean {
    return this.#membership.nodes().some(({ id, epoch }) => id === node && epoch === nodeEpoch);
  }

  #setOf(hash: string): SpecSet | Promise<SpecSet> {
    return this.index.setOf(hash) ?? this.#sets.read(hash);
  }

  async #tell(peerId: string, { set: { hash } }: PackedSpecSet): Promise<number> {
    const { node, epoch: nodeEpoch } = this.#membership;
    const body = encodeJson({ node, epoch: nodeEpoch, set: hash });
    const revision = await this.#buckets.spokes.put(spokeKey(peerId), body);
    this.#learn(peerId, revision, { node, nodeEpoch, hash });
    return revision;
  }

  /** Once the others have given this node up, its places count only when it tells them again. */
  async #tellAgain(): Promise<void> {
    this.#toldIn = this.#membership.epoch;
    try {
      // While it counted for nobody, what its spokes offer may have been taken away.
      await this.tidy();
      for (const [peerId, mine] of this.#own) {
        mine.revision = await this.#tell(peerId, mine.packed);
      }
    } catch (error) {
      log.warn("spokes not told again", { error });
      this.#toldIn = 0;
      this.#settleAgain();
    }
  }
}
