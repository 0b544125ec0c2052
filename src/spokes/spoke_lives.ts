/**
 * Writes the life of each spoke into the log of its actor: when it connects, what it offers, how it
 * leaves. Calls do not wait for any of it.
 *
 * @module
 */
import { ImportError } from "@alkdev/operations";
import type { Host } from "../../actors/runtime/mod.ts";
import type { SpokeEvent } from "../../actors/spoke_events.ts";
import type { ConnectedPeer } from "../../bridges/ports.ts";
import { getLogger } from "../logger/mod.ts";
import type { SpokeHooks } from "../routing/local_spokes.ts";

const log = getLogger("spokes");

/** The lives of the spokes of one node. */
export interface SpokeLives extends SpokeHooks {
  /** Tells the actor of a spoke what the hub's administration has done. */
  readonly tell: (peerId: string, event: SpokeEvent) => void;
  /** Resolves once everything that was told is written, or given up. */
  settled(): Promise<void>;
}

/** What is needed to write them. */
export interface SpokeLivesOptions {
  readonly host: Pick<Host, "send" | "get">;
  readonly node: string;
  readonly now?: () => number;
}

/** Kind of the actors of spokes. */
export const SPOKE_KIND = "spoke";

/** Creates what writes lives. */
export function createSpokeLives({ host, node, now = Date.now }: SpokeLivesOptions): SpokeLives {
  const enrolled = new Set<string>();
  /** What is told of one spoke is written in that order. */
  const lanes = new Map<string, Promise<void>>();

  function tell(peerId: string, event: SpokeEvent): void {
    const before = lanes.get(peerId) ?? Promise.resolve();
    const lane = before.then(() => write(peerId, event)).catch((error) => {
      // Late news of a former connection is nothing that the machine can take: no harm is done.
      log.debug("spoke's life not written", { peer: peerId, event: event.type, error });
    }).finally(() => {
      if (lanes.get(peerId) === lane) lanes.delete(peerId);
    });
    lanes.set(peerId, lane);
  }

  async function write(peerId: string, event: SpokeEvent): Promise<void> {
    const address = { kind: SPOKE_KIND, id: peerId };
    if (!enrolled.has(peerId) && event.type !== "ENROL") {
      // Who may connect is enrolled; the actor is made when it first does.
      if (await host.get(address) === undefined) {
        await send(address, { type: "ENROL", peerId, dials: "spoke", at: now() }, "enrol");
      }
      enrolled.add(peerId);
    }
    await send(address, event, crypto.randomUUID());
  }

  async function send(
    address: { readonly kind: string; readonly id: string },
    event: SpokeEvent,
    id: string,
  ): Promise<void> {
    await host.send(address, { id: `hub:${id}`, event, cause: { from: "caller" }, by: "hub" });
  }

  const about = ({ connection, credential }: ConnectedPeer) => ({ connection, node, credential });
  return {
    tell,
    onConnecting: (peer) => tell(peer.peerId, { type: "CONNECT", ...about(peer), at: now() }),
    onAttached: ({ peerId, connection }, { hash }) =>
      tell(peerId, { type: "ATTACHED", connection, specSet: hash, at: now() }),
    onFailed: ({ peerId, connection }, error) => {
      const code = error instanceof ImportError ? error.code : "UNAVAILABLE";
      const message = (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
      tell(peerId, { type: "FAILED", connection, code, message, at: now() });
    },
    onClosed: ({ peerId, connection }, code) =>
      tell(peerId, { type: "CLOSED", connection, code: Math.max(1000, code), at: now() }),
    async settled() {
      while (lanes.size > 0) await Promise.all(lanes.values());
    },
  };
}
