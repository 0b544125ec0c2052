/**
 * The spokes that are connected to this very node.
 *
 * @module
 */
import type { CallSession } from "@alkdev/operations";
import type { ConnectedPeer, Peers } from "../../bridges/ports.ts";
import { getLogger } from "../logger/mod.ts";
import { discover } from "./discover.ts";
import { packSpecSet, type SpecSet } from "./spec_set.ts";
import type { Claim, SpokeDirectory } from "./spoke_directory.ts";
import { createSpokeIndex, type SpokeEntry } from "./spoke_index.ts";
import type { UnpackedSets } from "./unpacked_sets.ts";

const log = getLogger("routing");

/** Told of what becomes of the connections of spokes here; nothing waits for it. */
export interface SpokeHooks {
  readonly onConnecting?: (peer: ConnectedPeer) => void;
  /** What it offers can be called. */
  readonly onAttached?: (peer: ConnectedPeer, set: SpecSet) => void;
  /** What it offers cannot be taken. */
  readonly onFailed?: (peer: ConnectedPeer, error: unknown) => void;
  readonly onClosed?: (peer: ConnectedPeer, code: number) => void;
}

/** The spokes of this node. */
export interface LocalSpokes extends Peers {
  readonly size: number;
  /** The session with a spoke that is connected here. */
  sessionOf(peerId: string): CallSession | undefined;
  /** The specification of an operation of a spoke that is connected here. */
  get(peerId: string): SpokeEntry | undefined;
  /** A spoke here that offers an operation and has room: the least busy of the first ones. */
  pick(name: string, isWanted: (entry: SpokeEntry) => boolean): SpokeEntry | undefined;
  close(): void;
}

interface LocalSpoke {
  readonly peer: ConnectedPeer;
  claim: Claim | undefined;
}

export interface LocalSpokesOptions extends SpokeHooks {
  readonly directory: SpokeDirectory;
  readonly node: string;
  readonly unpacked: UnpackedSets;
}

/** Nodes that are asked what they offer at a time; after a restart all come at once. */
const MAX_DISCOVERIES = 50;
/** Calls of the hub that one spoke may have before others are preferred. */
const MAX_IN_FLIGHT = 256;
/** Spokes that are compared before the least busy is taken. */
const COMPARED = 32;
const REPLACED = 4409, TRY_LATER = 1013;

/** Creates the table of this node's spokes, which is empty. */
export function createLocalSpokes(options: LocalSpokesOptions): LocalSpokes {
  const { directory, node, unpacked, onConnecting, onAttached, onFailed, onClosed } = options;
  const spokes = new Map<string, LocalSpoke>();
  const index = createSpokeIndex();
  let discovering = 0, connections = 0;
  const waiting: (() => void)[] = [];

  const forget = directory.index.onChange(({ after }) => {
    if (after === undefined || after.node === node) return;
    // One that is being claimed here at the same time may turn out to be the newer one.
    if (spokes.get(after.peerId)?.claim !== undefined) giveWay(after.peerId);
  });

  /** Another connection of the same spoke counts from now on; tells the former one. */
  function replace(peerId: string): LocalSpoke | undefined {
    const former = spokes.get(peerId);
    if (former === undefined) return undefined;
    log.info("spoke replaced", { peer: peerId });
    forgetSpoke(former, REPLACED);
    former.peer.close(REPLACED, "replaced by a newer connection");
    return former;
  }

  function giveWay(peerId: string): void {
    void replace(peerId)?.claim?.release();
  }

  function leave(spoke: LocalSpoke, code: number): void {
    if (forgetSpoke(spoke, code)) void spoke.claim?.release();
  }

  function forgetSpoke(spoke: LocalSpoke, code: number): boolean {
    const { peerId } = spoke.peer;
    if (spokes.get(peerId) !== spoke) return false;
    spokes.delete(peerId);
    index.delete(peerId, Infinity);
    onClosed?.(spoke.peer, code);
    return true;
  }

  async function turn<T>(act: () => Promise<T>): Promise<T> {
    if (discovering >= MAX_DISCOVERIES) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    discovering += 1;
    try {
      return await act();
    } finally {
      discovering -= 1;
      waiting.shift()?.();
    }
  }

  async function told<T>(peer: ConnectedPeer, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      onFailed?.(peer, error);
      throw error;
    }
  }

  return {
    get size() {
      return spokes.size;
    },
    sessionOf: (peerId) => spokes.get(peerId)?.peer.session,
    get: (peerId) => index.get(peerId),
    async attach(peer) {
      const { peerId, session } = peer;
      onConnecting?.(peer);
      const packed = await told(peer, async () => {
        return await packSpecSet(await turn(() => discover(session)), unpacked);
      });
      const spoke: LocalSpoke = { peer, claim: undefined };
      // Found by name before the others are told, so that no call comes too early.
      const former = replace(peerId);
      spokes.set(peerId, spoke);
      const place = { peerId, node, nodeEpoch: 0, revision: ++connections };
      index.set({ ...place, set: packed.set });
      try {
        spoke.claim = await told(peer, () => directory.claim(peerId, packed));
      } catch (error) {
        forgetSpoke(spoke, TRY_LATER);
        void former?.claim?.release();
        throw error;
      }
      // It has gone, or come back, while that was said.
      if (spokes.get(peerId) !== spoke) void spoke.claim.release();
      else if (directory.index.get(peerId)?.node !== node) giveWay(peerId);
      else onAttached?.(peer, packed.set);
      return (code) => leave(spoke, code);
    },
    pick(name, isWanted) {
      let best: SpokeEntry | undefined, least = MAX_IN_FLIGHT, compared = 0;
      for (const entry of index.offering(name)) {
        if (!isWanted(entry)) continue;
        const { outboundCount = MAX_IN_FLIGHT } = spokes.get(entry.peerId)?.peer.session ?? {};
        if (outboundCount < least) [best, least] = [entry, outboundCount];
        if (least === 0 || (++compared >= COMPARED && best !== undefined)) break;
      }
      return best;
    },
    close: forget,
  };
}
