import { pathOf, type Peer, type PeerCommand, startPeer } from "../_peers.ts";
import type { Scratch } from "./_scratch.ts";

/** Starts a script of these folders that Node runs, with the packages it is told of first. */
export async function startNodePeer(
  { dir, node }: Scratch,
  { script = "", args = [], env = {} }: PeerCommand,
): Promise<Peer> {
  // It is told by its text that it is a module; there is no package to say so.
  const quiet = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON";
  return await startPeer({ program: node, args: [quiet, pathOf(script), dir, ...args], env });
}
