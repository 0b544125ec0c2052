/**
 * The operations of the hub itself.
 *
 * @module
 */
import {
  type CallObserver,
  createDispatcher,
  type Dispatcher,
  OperationRegistry,
  type OperationView,
} from "@alkdev/operations";
import type { ActorOperationPorts } from "./actors/ports.ts";
import { registerActorOperations } from "./actors/register.ts";
import {
  type CredentialOperationPorts,
  registerCredentialOperations,
} from "./credentials/register.ts";
import type { IdentityOperationPorts } from "./identities/ports.ts";
import { registerIdentityOperations } from "./identities/register.ts";
import { registerServiceOperations, type ServiceOperationPorts } from "./services/register.ts";

/** What the hub's operations need. */
export interface HubOperationPorts {
  readonly actors: ActorOperationPorts;
  readonly credentials: CredentialOperationPorts;
  readonly identity: Omit<IdentityOperationPorts, "view">;
  readonly services: Omit<ServiceOperationPorts, "registry">;
}

/** Registers the hub's operations. */
export function createHubRegistry(
  { actors, credentials, identity, services }: HubOperationPorts,
): OperationRegistry {
  const registry = new OperationRegistry();
  registerActorOperations(registry, actors);
  registerCredentialOperations(registry, credentials);
  registerIdentityOperations(registry, { ...identity, view: services.view });
  registerServiceOperations(registry, { ...services, registry });
  registry.seal();
  return registry;
}

/** Creates what runs everything that the hub reaches. */
export function createHubDispatcher(
  view: OperationView,
  { observe }: { readonly observe?: CallObserver } = {},
): Dispatcher {
  return createDispatcher({
    view,
    ...(observe === undefined ? {} : { observe }),
  });
}
