/**
 * The operations on who may call what: keys, peers, registration, roles, the audit trail,
 * and what workers ask about their own tokens.
 *
 * @module
 */
import type { OperationRegistry } from "@alkdev/operations";
import { registerAuditOperations } from "../audit/register.ts";
import { registerKeyOperations } from "../keys/register.ts";
import { registerPeerOperations } from "../peers/register.ts";
import { registerRegistrationOperations } from "../registration/register.ts";
import { registerRoleOperations } from "../roles/register.ts";
import { registerWorkerOperations } from "../workers/register.ts";
import type { IdentityOperationPorts } from "./ports.ts";

/** Registers them. */
export function registerIdentityOperations(
  registry: OperationRegistry,
  ports: IdentityOperationPorts,
): void {
  registerKeyOperations(registry, ports);
  registerPeerOperations(registry, ports);
  registerRegistrationOperations(registry, ports);
  registerRoleOperations(registry, ports);
  registerAuditOperations(registry, ports);
  registerWorkerOperations(registry, ports);
}
