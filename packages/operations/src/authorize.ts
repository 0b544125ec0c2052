/**
 * The access rules of dispatched calls, whether they came over a wire or from another operation.
 *
 * @module
 */
import type { AccessControl, Identity } from "./types.ts";

/** Who owns the resources that come and go while the program runs. */
export interface Ownership {
  /**
   * Whether it knows who owns resources of that type; of others an identity's own map decides.
   * Absent: it knows all.
   */
  covers?(type: string): boolean;
  owns(
    identity: Identity,
    resource: { readonly type: string; readonly id: string; readonly action: string | null },
  ): boolean;
  ownsAny(identity: Identity, type: string): boolean;
}

/** What the resource part of an access control is tested against. */
export interface ResourceClaim {
  /** The touched resource; `null` for operations that name none, such as lists. */
  readonly id: string | null;
  /** Without one, the identity's own `type → actions` map decides. */
  readonly ownership: Ownership | null;
}

/** Whether a call may go on; the reason is fit for the caller's eyes. */
export type AccessResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string };

const ALLOWED: AccessResult = { ok: true };
const UNAUTHENTICATED: AccessResult = { ok: false, reason: "authentication required" };

function isUnrestricted(access: AccessControl): boolean {
  return access.requiredScopes.length === 0 && access.requiredScopesAny === undefined &&
    access.resourceType === undefined && access.resourceAction === undefined;
}

function ownActions(identity: Identity, type: string): readonly string[] {
  const { resources } = identity;
  return resources !== undefined && Object.hasOwn(resources, type) ? resources[type] ?? [] : [];
}

function holdsResource(access: AccessControl, identity: Identity, claim: ResourceClaim): boolean {
  const { resourceType: type, resourceAction: action } = access;
  if (type === undefined) return action === undefined;
  if (claim.ownership !== null && claim.ownership.covers?.(type) !== false) {
    return claim.id === null
      ? claim.ownership.ownsAny(identity, type)
      : claim.ownership.owns(identity, { type, id: claim.id, action: action ?? null });
  }
  const actions = ownActions(identity, type);
  return action === undefined ? actions.length > 0 : actions.includes(action);
}

/**
 * Whether `identity` may run an operation. The four inputs are all that can ever count: there is no
 * place for a claim about somebody else, and none for a flag.
 */
export function authorize(
  access: AccessControl,
  identity: Identity | null,
  resource: ResourceClaim,
): AccessResult {
  if (isUnrestricted(access)) return ALLOWED;
  if (identity === null) return UNAUTHENTICATED;
  const missing = access.requiredScopes.find((scope) => !identity.scopes.includes(scope));
  if (missing !== undefined) return { ok: false, reason: `scope ${missing} required` };
  const any = access.requiredScopesAny;
  if (any !== undefined && !any.some((scope) => identity.scopes.includes(scope))) {
    return { ok: false, reason: `one of the scopes ${any.join(", ")} required` };
  }
  if (!holdsResource(access, identity, resource)) {
    return { ok: false, reason: `no right to this ${access.resourceType ?? "resource"}` };
  }
  return ALLOWED;
}
