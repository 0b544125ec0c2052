import { type OperationRegistry, OperationType } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { checkPeerId, cleanName, DisplayName, PeerId } from "../../auth/names.ts";
import { changeOptionsOf } from "../identities/change_options.ts";
import type { IdentityOperationPorts } from "../identities/ports.ts";
import { registerOperation } from "../identities/register_operation.ts";
import {
  closed,
  Limit,
  nullable,
  ResourceActions,
  RoleNames,
  Scopes,
} from "../identities/schemas.ts";
import { Fingerprint } from "./fingerprint.ts";
import { PeerRoleSchema, PeerView, viewOf } from "./view.ts";

/** `/hub/peers/create`, `/hub/peers/update` and `/hub/peers/remove`. */
export function registerWritePeers(
  registry: OperationRegistry,
  ports: IdentityOperationPorts,
): void {
  registerCreate(registry, ports);
  registerUpdate(registry, ports);
  registerOperation(registry, {
    name: "peers/remove",
    type: OperationType.MUTATION,
    description: "End a peer, its credentials and its connections. Its id is never given again.",
    scope: "keys:admin",
    errors: ["PEER_NOT_FOUND"],
    input: closed({ peerId: PeerId }),
    output: closed({ removed: PeerId }),
    async handler({ peerId }, context) {
      await ports.stores.peers.remove(peerId, changeOptionsOf(context));
      return { removed: peerId };
    },
  });
}

function registerCreate(
  registry: OperationRegistry,
  { stores: { peers } }: IdentityOperationPorts,
): void {
  registerOperation(registry, {
    name: "peers/create",
    type: OperationType.MUTATION,
    description: "Make a peer: an identity that outlives its keys and tokens.",
    scope: "keys:admin",
    errors: ["CONFLICT", "ROLE_NOT_FOUND"],
    input: closed({
      peerId: PeerId,
      role: PeerRoleSchema,
      displayName: Type.Optional(DisplayName),
      scopes: Type.Optional(Scopes),
      roles: Type.Optional(RoleNames),
      resources: Type.Optional(ResourceActions),
      fingerprints: Type.Optional(Type.Array(Fingerprint, { maxItems: 20, uniqueItems: true })),
      limit: Type.Optional(Limit),
    }),
    output: PeerView,
    async handler({ peerId, role, displayName, limit = null, ...rest }, context) {
      checkPeerId(peerId);
      const { scopes = [], roles = [], resources = {}, fingerprints = [] } = rest;
      const peer = await peers.insert({
        peerId,
        role,
        displayName: displayName === undefined ? null : cleanName(displayName),
        ownScopes: scopes,
        roles,
        resources,
        fingerprints,
        limit,
      }, changeOptionsOf(context));
      return viewOf(peer);
    },
  });
}

function registerUpdate(
  registry: OperationRegistry,
  { stores: { peers } }: IdentityOperationPorts,
): void {
  registerOperation(registry, {
    name: "peers/update",
    type: OperationType.MUTATION,
    description: "Change what a peer is and may do, or whether its credentials open anything.",
    scope: "keys:admin",
    errors: ["PEER_NOT_FOUND", "ROLE_NOT_FOUND"],
    input: closed({
      peerId: PeerId,
      role: Type.Optional(PeerRoleSchema),
      displayName: Type.Optional(nullable(DisplayName)),
      scopes: Type.Optional(Scopes),
      roles: Type.Optional(RoleNames),
      resources: Type.Optional(ResourceActions),
      enabled: Type.Optional(Type.Boolean()),
      limit: Type.Optional(nullable(Limit)),
    }),
    output: PeerView,
    async handler({ peerId, displayName, scopes, ...rest }, context) {
      const peer = await peers.update(peerId, {
        ...rest,
        ...(scopes === undefined ? {} : { ownScopes: scopes }),
        ...(displayName === undefined
          ? {}
          : { displayName: displayName === null ? null : cleanName(displayName) }),
      }, changeOptionsOf(context));
      return viewOf(peer);
    },
  });
}
