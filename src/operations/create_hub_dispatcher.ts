/**
 * The operations of the hub itself.
 *
 * @module
 */
import {
  type CallObserver,
  type Clock,
  createDispatcher,
  type Dispatcher,
  OperationRegistry,
  type OperationView,
  type Ownership,
} from "@alkdev/operations";
import type { ActorOperationPorts } from "./actors/ports.ts";
import { registerActorOperations } from "./actors/register.ts";
import type { CallOperationPorts } from "./calls/ports.ts";
import { registerCallOperations } from "./calls/register.ts";
import {
  type CredentialOperationPorts,
  registerCredentialOperations,
} from "./credentials/register.ts";
import type { IdentityOperationPorts } from "./identities/ports.ts";
import { registerIdentityOperations } from "./identities/register.ts";
import { type NodeOperationPorts, registerNodeOperations } from "./nodes/register.ts";
import { type ImportOperationPorts, registerImportOperations } from "./imports/register.ts";
import { registerServiceOperations, type ServiceOperationPorts } from "./services/register.ts";
import { registerSpokeOperations } from "./spokes/register.ts";

/** What the hub's operations need. */
export interface HubOperationPorts {
  readonly actors: ActorOperationPorts;
  readonly calls: Omit<CallOperationPorts, "view">;
  readonly credentials: CredentialOperationPorts;
  readonly identity: Omit<IdentityOperationPorts, "view">;
  readonly imports: ImportOperationPorts["imports"];
  readonly nodes: Pick<NodeOperationPorts, "membership">;
  readonly services: Omit<ServiceOperationPorts, "registry">;
}

/** Registers the hub's operations. */
export function createHubRegistry(
  { actors, calls, credentials, identity, imports, nodes, services }: HubOperationPorts,
): OperationRegistry {
  const registry = new OperationRegistry();
  registerActorOperations(registry, actors);
  registerCallOperations(registry, { ...calls, view: services.view });
  registerCredentialOperations(registry, credentials);
  registerIdentityOperations(registry, { ...identity, view: services.view });
  registerImportOperations(registry, { imports, node: nodes.membership.node });
  registerNodeOperations(registry, { ...nodes, spokes: services.spokes });
  registerSpokeOperations(registry, services);
  registerServiceOperations(registry, { ...services, registry });
  registry.seal();
  return registry;
}

/** What a dispatcher tells and asks. */
export interface HubDispatcherOptions {
  readonly observe?: CallObserver;
  /** Who owns the resources that the hub's operations make. */
  readonly ownership?: Ownership;
  readonly clock?: Clock;
}

/** Creates what runs everything that the hub reaches. */
export function createHubDispatcher(
  view: OperationView,
  { observe, ownership, clock }: HubDispatcherOptions = {},
): Dispatcher {
  return createDispatcher({
    view,
    ...(observe === undefined ? {} : { observe }),
    ...(ownership === undefined ? {} : { ownership }),
    ...(clock === undefined ? {} : { clock }),
  });
}
