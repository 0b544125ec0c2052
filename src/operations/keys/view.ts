/**
 * A key as it is shown: without its secret, and without what is stored of it.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import type { ApiKey } from "../../auth/records.ts";
import { closed, Limit, nullable, textOf } from "../identities/schemas.ts";

/** How a key is. */
export const KeyStatus = Type.Union([
  Type.Literal("active"),
  Type.Literal("disabled"),
  Type.Literal("expired"),
  Type.Literal("revoked"),
]);

/** A key as it is shown. */
export const KeyView = closed({
  prefix: Type.String(),
  name: Type.String(),
  description: Type.String(),
  status: KeyStatus,
  scopes: Type.Array(Type.String()),
  ownScopes: Type.Array(Type.String()),
  roles: Type.Array(Type.String()),
  limit: nullable(Limit),
  expiresAt: nullable(Type.String()),
  revokedAt: nullable(Type.String()),
  replacedBy: nullable(Type.String()),
  lastUsedAt: nullable(Type.String()),
  createdBy: Type.String(),
  createdAt: Type.String(),
  updatedAt: Type.String(),
});
/** A key as it is shown. */
export type KeyView = Static<typeof KeyView>;

/** Shows a key. */
export function viewOf(key: ApiKey, now: Date): KeyView {
  const { enabled: _, expiresAt, revokedAt, lastUsedAt, createdAt, updatedAt, ...rest } = key;
  return {
    ...rest,
    status: statusOf(key, now),
    expiresAt: textOf(expiresAt),
    revokedAt: textOf(revokedAt),
    lastUsedAt: textOf(lastUsedAt),
    createdAt: textOf(createdAt),
    updatedAt: textOf(updatedAt),
  };
}

function statusOf({ revokedAt, expiresAt, enabled }: ApiKey, now: Date): KeyView["status"] {
  if (revokedAt !== null) return "revoked";
  if (expiresAt !== null && expiresAt <= now) return "expired";
  return enabled ? "active" : "disabled";
}
