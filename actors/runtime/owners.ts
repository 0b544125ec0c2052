/**
 * Who owns what, as the nodes change.
 *
 * @module
 */
import { type Address, createPlacement, type Membership, type Placement } from "@hub/bus";
import { createDepartures, GONE } from "./departures.ts";

/** The owners of actors, as one node sees them. */
export interface Owners extends Disposable {
  ownerOf(address: Address): string | undefined;
  /** The owner, if it is another node. */
  otherThanThis(address: Address): string | undefined;
  /** Whether this node is the owner, and counts as a node. */
  isOwn(address: Address): boolean;
  /**
   * Has the owner asked, if it is another node; asks the next one when it goes away without an answer.
   * `undefined`: there is no other node to be asked, or it resolved so.
   */
  ask<T>(
    address: Address,
    ask: (owner: string, signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined>;
}

/** Follows the nodes until it is disposed of. */
export function watchOwners(membership: Membership): Owners {
  const { node } = membership;
  const departures = createDepartures();
  const current = () => createPlacement(membership.nodes().map(({ id }) => id));
  let placement: Placement = current();
  const forget = membership.onChange(() => {
    placement = current();
    departures.update(placement.nodes);
  });
  const ownerOf = (address: Address) => placement.ownerOf(address);
  function otherThanThis(address: Address): string | undefined {
    const owner = ownerOf(address);
    return owner === node ? undefined : owner;
  }

  return {
    ownerOf,
    isOwn(address) {
      // A node on which the others may count no more leaves its actors to them, if there are any.
      const counts = membership.isMember() || placement.nodes.length <= 1;
      return counts && ownerOf(address) === node;
    },
    otherThanThis,
    async ask(address, ask) {
      for (;;) {
        const owner = otherThanThis(address);
        if (owner === undefined) return undefined;
        const answer = await departures.orGone(owner, (signal) => ask(owner, signal));
        // It may have taken the command: sent again with the same id, that gets the same answer.
        if (answer !== GONE) return answer;
      }
    },
    [Symbol.dispose]: forget,
  };
}
