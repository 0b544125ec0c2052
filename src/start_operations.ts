/**
 * Everything that can be called: the hub's own operations, and those of spokes, through one
 * dispatcher.
 *
 * @module
 */
import { type Dispatcher, type OperationRegistry, registryView } from "@alkdev/operations";
import type { Bus, Membership } from "@hub/bus";
import {
  type ActorKind,
  createKinds,
  type Host,
  openActorLog,
  openSnapshots,
} from "../actors/runtime/mod.ts";
import type { Metrics } from "./metrics/mod.ts";
import { countCalls } from "./operations/count_calls.ts";
import {
  createHubDispatcher,
  createHubRegistry,
  type HubOperationPorts,
} from "./operations/create_hub_dispatcher.ts";
import { administers } from "./operations/identities/administers.ts";
import { auditRefusals } from "./operations/identities/audit_refusals.ts";
import { authorOf, OPERATOR } from "./operations/operator.ts";
import { serveCalls } from "./operations/serve_calls.ts";
import {
  createExportRules,
  DEFAULT_EXPORT_RULES,
  type ExportRule,
  type FindExportRule,
} from "./routing/export_rules.ts";
import { openRouting, type Routing } from "./routing/open_routing.ts";
import type { CredentialBook } from "./secrets/credentials.ts";
import { createSpokeLives } from "./spokes/spoke_lives.ts";

/** What operations need. */
export interface StartOperationsOptions {
  readonly bus: Bus;
  readonly membership: Membership;
  readonly metrics: Metrics;
  readonly host: Host;
  readonly kinds: readonly ActorKind[];
  /** Where secrets of services are kept; undefined where there is no master key. */
  readonly credentials?: CredentialBook | undefined;
  /** Who may call what, and the books about it. */
  readonly identity: HubOperationPorts["identity"];
  /** Which operations of spokes are offered to callers. */
  readonly exports?: readonly ExportRule[];
}

/** What can be called on this node. */
export interface StartedOperations extends AsyncDisposable {
  readonly dispatcher: Dispatcher;
  /** The hub's own operations. */
  readonly registry: OperationRegistry;
  readonly routing: Routing;
  /** Which operations of spokes are offered. */
  readonly exports: FindExportRule;
}

/** Starts to route, and serves the hub's operations to those who hold its NATS credentials. */
export async function startOperations(
  options: StartOperationsOptions,
): Promise<StartedOperations> {
  const { bus, membership, metrics, host, kinds, credentials, identity } = options;
  const rules = options.exports ?? DEFAULT_EXPORT_RULES;
  const exports = createExportRules(rules);
  await using stack = new AsyncDisposableStack();
  const [log, snapshots] = await Promise.all([openActorLog(bus), openSnapshots(bus)]);
  const registry = createHubRegistry({
    actors: { host, bus, kinds: createKinds(kinds), log, snapshots },
    credentials: { book: credentials, authorOf },
    identity,
    services: {
      view: () => routing.view,
      spokes: () => routing.index.entries(),
      exports,
    },
  });
  const lives = createSpokeLives({ host, node: membership.node });
  stack.defer(lives.settled);
  const base = registryView(registry);
  const routing: Routing = stack.use(
    await openRouting({ bus, membership, base, exports: rules, ...lives }),
  );
  metrics.gauge("hub_spokes", "Spokes that can be called, on all nodes.", {
    read: () => routing.index.size,
  });
  metrics.gauge("hub_spokes_here", "Spokes that are connected to this node.", {
    read: () => routing.local.size,
  });
  const dispatcher = auditRefusals(
    createHubDispatcher(routing.view, { observe: countCalls(metrics) }),
    { audit: identity.stores.audit, concerns: (operation) => administers(registry, operation) },
  );
  stack.use(await serveCalls(bus, { dispatcher, identity: OPERATOR }));
  const parts = stack.move();
  return {
    ...{ dispatcher, registry, routing, exports },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}
