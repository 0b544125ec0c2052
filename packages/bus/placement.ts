/**
 * Says which node has an actor: every node answers alike, with nothing but the list of nodes.
 *
 * Rendezvous hashing: each node draws a number for each actor, the highest has it. A node that joins
 * takes an even share from all others, a node that leaves gives its share to all others, and no
 * other actor moves.
 *
 * @module
 */
import type { Address } from "./address.ts";

/** Who has what, for one set of nodes. */
export interface Placement {
  /** Node ids, sorted. */
  readonly nodes: readonly string[];
  /** Node that has the actor, or `undefined` if there are no nodes. */
  ownerOf(address: Address): string | undefined;
  /** All nodes, the owner first, then who would be owner without the ones before. */
  rank(address: Address): string[];
}

/**
 * Creates the placement for a set of node ids; order and repetition do not matter.
 *
 * @example The owner depends on the set of nodes only
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { createPlacement } from "@hub/bus";
 *
 * const address = { kind: "counter", id: "a" };
 * const owner = createPlacement(["n1", "n2", "n3"]).ownerOf(address);
 * strictEqual(createPlacement(["n3", "n1", "n2"]).ownerOf(address), owner);
 * strictEqual(createPlacement([]).ownerOf(address), undefined);
 * ```
 */
export function createPlacement(ids: Iterable<string>): Placement {
  const nodes = [...new Set(ids)].sort();
  const hashes = Uint32Array.from(nodes, (id) => mix(hash(id)));

  function ownerOf(address: Address): string | undefined {
    const key = keyOf(address);
    let best = -1, owner = 0;
    for (let i = 0; i < hashes.length; i++) {
      const drawn = draw(key, hashes[i] ?? 0);
      // Only a higher one wins: of equals, the first in the sorted list.
      if (drawn > best) best = drawn, owner = i;
    }
    return nodes[owner];
  }

  function rank(address: Address): string[] {
    const key = keyOf(address);
    return nodes
      .map((id, i) => ({ id, drawn: draw(key, hashes[i] ?? 0) }))
      .sort((a, b) => b.drawn - a.drawn)
      .map(({ id }) => id);
  }

  return { nodes, ownerOf, rank };
}

function keyOf({ kind, id }: Address): number {
  return hash(`${kind}/${id}`);
}

/** Number that a node draws for an actor. */
function draw(key: number, node: number): number {
  return mix(Math.imul(key ^ node, 0x9e3779b1));
}

/** FNV-1a over UTF-16 code units, a byte at a time. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    state = Math.imul(state ^ (unit & 0xff), 0x01000193);
    state = Math.imul(state ^ (unit >>> 8), 0x01000193);
  }
  return state >>> 0;
}

/** Finaliser of MurmurHash3: every bit of the input moves half of the bits of the output. */
function mix(value: number): number {
  let state = value;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
