/**
 * The access rules of the library's older API, by scopes and by `type:id` resource keys.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "./error.ts";
import type { AccessControl, Identity } from "./types.ts";

function holdsResource(identity: Identity, type: string, action: string): boolean {
  return Object.entries(identity.resources ?? {}).some(([key, actions]) =>
    key.startsWith(`${type}:`) && actions.includes(action)
  );
}

/** Whether `identity` holds everything that `accessControl` asks for. */
export function checkAccess(accessControl: AccessControl, identity: Identity): boolean {
  const { requiredScopes, requiredScopesAny, resourceType, resourceAction } = accessControl;
  if (!requiredScopes.every((scope) => identity.scopes.includes(scope))) return false;
  if (
    requiredScopesAny !== undefined && requiredScopesAny.length > 0 &&
    !requiredScopesAny.some((scope) => identity.scopes.includes(scope))
  ) return false;
  return !resourceType || !resourceAction || holdsResource(identity, resourceType, resourceAction);
}

/**
 * Passes for a caller who may run the operation.
 *
 * @param trusted Skips the check. In-process composition by `buildEnv()` sets it; no transport can.
 * @throws {CallError} `ACCESS_DENIED` for anybody else.
 */
export function enforceAccess(
  accessControl: AccessControl,
  identity: Identity | undefined,
  operationId: string,
  trusted?: boolean,
): void {
  if (trusted) return;
  const { requiredScopes, requiredScopesAny, resourceType } = accessControl;
  if (requiredScopes.length === 0 && !requiredScopesAny?.length && !resourceType) return;
  if (identity === undefined) {
    throw new CallError(
      InfrastructureErrorCode.ACCESS_DENIED,
      `Cannot call ${operationId}: identity required`,
      { operationId, requiredScopes },
    );
  }
  if (!checkAccess(accessControl, identity)) {
    throw new CallError(
      InfrastructureErrorCode.ACCESS_DENIED,
      `Cannot call ${operationId}: access denied to ${identity.id}`,
      { requiredScopes },
    );
  }
}
