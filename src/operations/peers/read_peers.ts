import { type OperationRegistry, OperationType } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { notFound } from "../../auth/errors.ts";
import { PeerId } from "../../auth/names.ts";
import type { IdentityOperationPorts } from "../identities/ports.ts";
import { registerOperation } from "../identities/register_operation.ts";
import { closed, Next, PageInput, pageRequest } from "../identities/schemas.ts";
import { PeerView, viewOf } from "./view.ts";

/** What lists peers gives. */
export const PeerList = closed({ peers: Type.Array(PeerView), next: Next });

/** `/hub/peers/list` and `/hub/peers/get`. */
export function registerReadPeers(
  registry: OperationRegistry,
  { stores: { peers } }: IdentityOperationPorts,
): void {
  registerOperation(registry, {
    name: "peers/list",
    type: OperationType.QUERY,
    description: "The peers there are, by id.",
    scope: "keys:admin",
    input: closed(PageInput),
    output: PeerList,
    async handler(page) {
      const { items, ...rest } = await peers.list(pageRequest(page));
      return { peers: items.map(viewOf), ...rest };
    },
  });
  registerOperation(registry, {
    name: "peers/get",
    type: OperationType.QUERY,
    description: "One peer, by its id.",
    scope: "keys:admin",
    errors: ["PEER_NOT_FOUND"],
    input: closed({ peerId: PeerId }),
    output: PeerView,
    async handler({ peerId }) {
      const peer = await peers.find(peerId);
      if (peer === undefined) throw notFound("peer", peerId);
      return viewOf(peer);
    },
  });
}
