/**
 * The first start of a hub.
 *
 * @module
 */
import { BUILT_IN_ROLES, ROLES_REVISION } from "./scopes.ts";
import type { Installation } from "./stores.ts";
import { createToken } from "./token.ts";
import type { TokenHasher } from "./token_hash.ts";

/**
 * Claims the database for this hub and brings its built-in roles up to date.
 *
 * @throws {Error} if the database belongs to another hash key.
 */
export async function openInstallation(
  installation: Installation,
  hasher: TokenHasher,
): Promise<void> {
  await installation.open({
    hashKeyCheck: hasher.check,
    previousCheck: hasher.previousCheck,
    nextCheck: hasher.nextCheck,
    rolesRevision: ROLES_REVISION,
    builtInRoles: BUILT_IN_ROLES,
  });
}

/**
 * Makes the first key if there never was one: the last thing that a start does, so that one that
 * fails does not make a key that nobody sees.
 *
 * @returns that key, on one node and once; `undefined` ever after.
 */
export async function makeFirstKey(
  installation: Installation,
  hasher: TokenHasher,
): Promise<string | undefined> {
  const { token, prefix } = createToken("key");
  const isFirst = await installation.insertFirstKey({
    prefix,
    hash: hasher.hash(token),
    name: "first admin key",
    description: "Made when the hub was first started",
    ownScopes: [],
    roles: ["admin"],
    expiresAt: null,
    limit: null,
  });
  return isFirst ? token : undefined;
}
