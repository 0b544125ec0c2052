/**
 * The operations on peers: `/hub/peers/create` and the others.
 *
 * @module
 */
import type { OperationRegistry } from "@alkdev/operations";
import type { IdentityOperationPorts } from "../identities/ports.ts";
import { registerCredentialOperations } from "./credentials.ts";
import { registerReadPeers } from "./read_peers.ts";
import { registerWritePeers } from "./write_peers.ts";

/** Registers them. */
export function registerPeerOperations(
  registry: OperationRegistry,
  ports: IdentityOperationPorts,
): void {
  registerReadPeers(registry, ports);
  registerWritePeers(registry, ports);
  registerCredentialOperations(registry, ports);
}
