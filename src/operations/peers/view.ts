/**
 * A peer as it is shown.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import type { Peer } from "../../auth/records.ts";
import { closed, Limit, nullable, textOf } from "../identities/schemas.ts";

/** Whether a peer is a node of the call graph, or only calls. */
export const PeerRoleSchema = Type.Union([Type.Literal("node"), Type.Literal("client")]);

/** A peer as it is shown. */
export const PeerView = closed({
  peerId: Type.String(),
  role: PeerRoleSchema,
  displayName: nullable(Type.String()),
  enabled: Type.Boolean(),
  scopes: Type.Array(Type.String()),
  ownScopes: Type.Array(Type.String()),
  roles: Type.Array(Type.String()),
  resources: Type.Record(Type.String(), Type.Array(Type.String())),
  limit: nullable(Limit),
  fingerprints: Type.Array(Type.String()),
  tokens: Type.Array(closed({
    prefix: Type.String(),
    notAfter: nullable(Type.String()),
    lastUsedAt: nullable(Type.String()),
    createdAt: Type.String(),
  })),
  createdBy: Type.String(),
  createdAt: Type.String(),
  updatedAt: Type.String(),
});
/** A peer as it is shown. */
export type PeerView = Static<typeof PeerView>;

/** Shows a peer. */
export function viewOf({ tokens, createdAt, updatedAt, ...rest }: Peer): PeerView {
  return {
    ...rest,
    tokens: tokens.map(({ prefix, notAfter, lastUsedAt, createdAt }) => ({
      prefix,
      notAfter: textOf(notAfter),
      lastUsedAt: textOf(lastUsedAt),
      createdAt: textOf(createdAt),
    })),
    createdAt: textOf(createdAt),
    updatedAt: textOf(updatedAt),
  };
}
