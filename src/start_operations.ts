/**
 * Everything that can be called: the hub's own operations, and those of spokes, through one
 * dispatcher.
 *
 * @module
 */
import {
  type Dispatcher,
  openSteadyClock,
  type OperationRegistry,
  type OperationView,
  registryView,
} from "@alkdev/operations";
import type { Bus, Membership } from "@hub/bus";
import {
  type ActorKind,
  createKinds,
  type Host,
  openActorLog,
  openSnapshots,
} from "../actors/runtime/mod.ts";
import type { Imports } from "./imports/open_imports.ts";
import type { Metrics } from "./metrics/mod.ts";
import { observedBy } from "./calls/observed_by.ts";
import { countCalls } from "./operations/count_calls.ts";
import {
  createHubDispatcher,
  createHubRegistry,
  type HubOperationPorts,
} from "./operations/create_hub_dispatcher.ts";
import { administers } from "./operations/identities/administers.ts";
import { auditRefusals } from "./operations/identities/audit_refusals.ts";
import { authorOf, OPERATOR } from "./operations/operator.ts";
import { resourceTypesOf } from "./operations/resource_types.ts";
import { answersSecretIn } from "./operations/sealed_answers.ts";
import { serveCalls } from "./operations/serve_calls.ts";
import { createExportRules, type ExportRule, type FindExportRule } from "./routing/export_rules.ts";
import { openRouting, type Routing } from "./routing/open_routing.ts";
import type { CredentialBook } from "./secrets/credentials.ts";
import type { StartedCalls } from "./start_calls.ts";
import type { StartedIdentity } from "./start_identity.ts";
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
  readonly identity: HubOperationPorts["identity"] & Pick<StartedIdentity, "openOwnership">;
  /** What is known of calls, and whom to tell of them. */
  readonly calls: Pick<StartedCalls, "observe" | "ports">;
  /** Services whose operations this node offers as its own. */
  readonly imports: Imports;
  /** Which operations of spokes are offered to callers. */
  readonly exports: readonly ExportRule[];
}

/** What can be called on this node. */
export interface StartedOperations extends AsyncDisposable {
  readonly dispatcher: Dispatcher;
  /** The hub's own operations. */
  readonly registry: OperationRegistry;
  readonly routing: Routing;
  /** Everything that can be reached. */
  readonly view: OperationView;
  /** Which operations of spokes are offered. */
  readonly exports: FindExportRule;
}

/** Starts to route, and serves the hub's operations to those who hold its NATS credentials. */
export async function startOperations(
  options: StartOperationsOptions,
): Promise<StartedOperations> {
  const { bus, membership, metrics, host, kinds, credentials, identity, imports, calls } = options;
  const exports = createExportRules(options.exports);
  await using stack = new AsyncDisposableStack();
  const [log, snapshots] = await Promise.all([openActorLog(bus), openSnapshots(bus)]);
  const registry = createHubRegistry({
    actors: { host, bus, kinds: createKinds(kinds), log, snapshots },
    calls: calls.ports,
    credentials: { book: credentials, authorOf },
    identity,
    imports,
    nodes: { membership },
    services: {
      view: () => view,
      imported: () => imports.operations(),
      spokes: () => routing.index.entries(),
      exports,
    },
  });
  const lives = createSpokeLives({ host, node: membership.node });
  stack.defer(lives.settled);
  const base = registryView(registry);
  const routing: Routing = stack.use(
    await openRouting({ bus, membership, base, exports: options.exports, ...lives }),
  );
  const view = imports.over(routing.view);
  metrics.gauge("hub_spokes", "Spokes that can be called, on all nodes.", {
    read: () => routing.index.size,
  });
  metrics.gauge("hub_spokes_here", "Spokes that are connected to this node.", {
    read: () => routing.local.size,
  });
  const dispatcher = auditRefusals(
    createHubDispatcher(view, {
      observe: observedBy([countCalls(metrics), calls.observe]),
      clock: stack.adopt(openSteadyClock(), (clock) => clock.close()),
      ownership: stack.use(await identity.openOwnership(resourceTypesOf(registry))),
    }),
    { audit: identity.stores.audit, concerns: (operation) => administers(registry, operation) },
  );
  const answersSecret = (operation: string) => answersSecretIn(view, operation);
  stack.use(await serveCalls(bus, { dispatcher, identity: OPERATOR, answersSecret }));
  const parts = stack.move();
  return {
    ...{ dispatcher, registry, routing, view, exports },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}
