/**
 * Puts the routing of a node together.
 *
 * @module
 */
import type { Bus, Membership } from "@hub/bus";
import type { OperationView } from "@alkdev/operations";
import type { Peers } from "../../bridges/ports.ts";
import { createExportRules, type ExportRule } from "./export_rules.ts";
import { createForward } from "./forward.ts";
import { createLocalSpokes, type LocalSpokes, type SpokeHooks } from "./local_spokes.ts";
import { type NodeLinks, openNodeLinks } from "./node_links.ts";
import { createPeerView } from "./peer_view.ts";
import { createRelay } from "./relay.ts";
import { openSpokeDirectory } from "./spoke_directory.ts";
import type { SpokeIndex } from "./spoke_index.ts";
import { createUnpackedSets } from "./unpacked_sets.ts";

/** What routing needs. */
export interface RoutingOptions extends SpokeHooks {
  readonly bus: Bus;
  readonly membership: Membership;
  /** The hub's own operations. */
  readonly base: OperationView;
  readonly exports: readonly ExportRule[];
}

/** The way from a name to whoever answers, on one node. */
export interface Routing extends AsyncDisposable {
  /** For the dispatcher: everything that can be reached. */
  readonly view: OperationView;
  /** For the bridge: takes nodes that connect. */
  readonly peers: Peers;
  /** Spokes of all nodes. */
  readonly index: SpokeIndex;
  readonly local: Pick<LocalSpokes, "size">;
  readonly links: Pick<NodeLinks, "size">;
}

/** Opens the routing of a node that has joined the others. */
export async function openRouting(options: RoutingOptions): Promise<Routing> {
  const { bus, membership, base } = options;
  const exports = createExportRules(options.exports);
  await using stack = new AsyncDisposableStack();
  const unpacked = createUnpackedSets();
  const directory = stack.use(await openSpokeDirectory(bus, { membership, unpacked }));
  const { node } = membership;
  const local = createLocalSpokes({ ...options, directory, node, unpacked });
  stack.defer(local.close);
  const dispatcher = createRelay(local);
  const links = stack.use(await openNodeLinks({ bus, membership, dispatcher }));
  const forward = createForward({ node, local, links });
  const { index } = directory;
  const view = createPeerView({ base, index, local, forward, exports });
  const parts = stack.move();
  return {
    ...{ view, index, local, links, peers: local },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}
