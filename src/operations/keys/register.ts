/**
 * The operations on keys: `/hub/keys/create` and the others.
 *
 * @module
 */
import type { OperationRegistry } from "@alkdev/operations";
import type { IdentityOperationPorts } from "../identities/ports.ts";
import { registerCreateKey } from "./create_key.ts";
import { registerExplain } from "./explain.ts";
import { registerReadKeys } from "./read_keys.ts";
import { registerRevokeKey } from "./revoke_key.ts";
import { registerRotateKey } from "./rotate_key.ts";
import { registerUpdateKey } from "./update_key.ts";

/** Registers them. */
export function registerKeyOperations(
  registry: OperationRegistry,
  ports: IdentityOperationPorts,
): void {
  registerCreateKey(registry, ports);
  registerReadKeys(registry, ports);
  registerUpdateKey(registry, ports);
  registerRevokeKey(registry, ports);
  registerRotateKey(registry, ports);
  registerExplain(registry, ports);
}
