/**
 * The operations by which callers find the others: `/services/list`, `/services/schema` and
 * `/services/list-peers`. Anybody may ask; each is told of what they may call.
 *
 * @module
 */
import {
  type AccessControl,
  authorize,
  CallError,
  type Identity,
  InfrastructureErrorCode,
  type OperationContext,
  type OperationRegistry,
  OperationType,
  type OperationView,
  parseOperationName,
  type Registration,
  registryName,
  toWireSpec,
  type WireSpec,
} from "@alkdev/operations";
import { type Static, Type } from "@sinclair/typebox";
import type { FindExportRule } from "../../routing/export_rules.ts";
import { offeredBy } from "../../routing/peer_view.ts";
import type { SpokeEntry } from "../../routing/spoke_index.ts";
import { ListPage, LOCAL, type Offer, pageOfOffers } from "./page_of_offers.ts";

/** What discovery looks at. */
export interface ServiceOperationPorts {
  /** The hub's own operations. */
  readonly registry: OperationRegistry;
  /** What the hub imports, by name. Default: nothing. */
  readonly imported?: () => Iterable<readonly [string, Registration]>;
  /** Everything that can be reached. */
  readonly view: () => OperationView;
  readonly spokes: () => Iterable<SpokeEntry>;
  readonly exports: FindExportRule;
}

const Listed = Type.Object({
  name: Type.String(),
  namespace: Type.String(),
  op_type: Type.Enum(OperationType),
});
const Next = Type.Optional(Type.String({ description: "The cursor of the next page, if any." }));
const ListInput = Type.Object({ ...ListPage, schemas: Type.Optional(Type.Boolean()) });
const ListOutput = Type.Object({ operations: Type.Array(Listed), next_cursor: Next });
const SchemaInput = Type.Object({ name: Type.String({ maxLength: 512 }) });
const SchemaOutput = Type.Unsafe<WireSpec>(Type.Object({ name: Type.String() }));
const ListPeersInput = Type.Object(ListPage);
const ListPeersOutput = Type.Object({
  peers: Type.Array(Type.Object({ peer_id: Type.String(), operations: Type.Array(Listed) })),
  next_cursor: Next,
});

const OPEN = { visibility: "external", public: true } as const;

/** Registers them. */
export function registerServiceOperations(
  registry: OperationRegistry,
  ports: ServiceOperationPorts,
): void {
  const common = {
    namespace: "services",
    version: "1.0.0",
    type: OperationType.QUERY,
    tags: ["discovery"],
    accessControl: { requiredScopes: [] },
  };
  registry.register({
    ...common,
    name: "list",
    description: "The operations of this hub itself, and of its imports, that the caller may call.",
    inputSchema: ListInput,
    outputSchema: ListOutput,
    handler: (input: Static<typeof ListInput>, { identity }: OperationContext) =>
      listFor(ports, { identity: identity ?? null, input }),
  }, OPEN);
  registry.register({
    ...common,
    name: "schema",
    description: "All about one operation, by its name.",
    inputSchema: SchemaInput,
    outputSchema: SchemaOutput,
    handler: ({ name }: { name: string }, { identity }: OperationContext) =>
      schemaOf(ports, name, identity ?? null),
  }, OPEN);
  registry.register({
    ...common,
    name: "list-peers",
    description: "The nodes that are connected, and those of their operations the caller may call.",
    inputSchema: ListPeersInput,
    outputSchema: ListPeersOutput,
    handler: (input: Static<typeof ListPeersInput>, { identity }: OperationContext) =>
      listPeersFor(ports, { identity: identity ?? null, input }),
  }, OPEN);
}

/**
 * What this hub answers itself. With schemas its own operations alone: nodes read that which take five
 * hundred operations in a frame.
 */
function listFor(
  ports: ServiceOperationPorts,
  { identity, input }: {
    readonly identity: Identity | null;
    readonly input: Static<typeof ListInput>;
  },
) {
  const { schemas = false } = input;
  const { offers, ...rest } = pageOfOffers(
    schemas ? ownFor(ports, identity) : localFor(ports, identity),
    input,
  );
  return {
    operations: offers.map((offer) =>
      schemas && offer.registration !== undefined
        ? toWireSpec(offer.registration, offer.name)
        : listed(offer)
    ),
    ...rest,
  };
}

/** The same of every node, this one first. A node may go on on the next page. */
function listPeersFor(
  ports: ServiceOperationPorts,
  { identity, input }: { readonly identity: Identity | null; readonly input: ListPage },
) {
  const { offers, ...rest } = pageOfOffers(everythingFor(ports, identity), input);
  const peers = Map.groupBy(offers, ({ peerId }) => peerId);
  return {
    peers: [...peers].map(([peer_id, offers]) => ({ peer_id, operations: offers.map(listed) })),
    ...rest,
  };
}

/** The hub's own operations that somebody may call. */
function* ownFor(
  { registry }: ServiceOperationPorts,
  identity: Identity | null,
): Generator<Offer> {
  for (const spec of registry.getAllSpecs()) {
    const name = registryName(spec);
    const registration = name === undefined ? undefined : registry.resolve(name);
    if (name === undefined || registration?.grants.visibility !== "external") continue;
    if (!mayCall(identity, registration.access)) continue;
    yield { part: "own", peerId: LOCAL, name, spec, registration };
  }
}

/** Those, and what the hub imports. */
function* localFor(ports: ServiceOperationPorts, identity: Identity | null): Generator<Offer> {
  yield* ownFor(ports, identity);
  for (const [name, registration] of ports.imported?.() ?? []) {
    if (!mayCall(identity, registration.access)) continue;
    yield { part: "imported", peerId: LOCAL, name, spec: registration.spec };
  }
}

/** Those, and what nodes offer. */
function* everythingFor(ports: ServiceOperationPorts, identity: Identity | null): Generator<Offer> {
  yield* localFor(ports, identity);
  for (const entry of ports.spokes()) {
    const { peerId } = entry;
    for (const { name, rule, spec } of offeredBy(entry, ports.exports)) {
      if (!mayCall(identity, [rule.access, spec.accessControl])) continue;
      yield { part: "offered", peerId, name, spec };
    }
  }
}

function listed({ name, spec }: Offer) {
  return { name, namespace: spec.namespace, op_type: spec.type };
}

function schemaOf(
  { view }: ServiceOperationPorts,
  wanted: string,
  identity: Identity | null,
): WireSpec {
  const name = parseOperationName(wanted);
  const registration = name === undefined ? undefined : view().external(name);
  if (name === undefined || registration === undefined) {
    const message = `Operation not found: ${wanted}`;
    throw new CallError(InfrastructureErrorCode.OPERATION_NOT_FOUND, message, {
      operationId: wanted,
    });
  }
  if (!mayCall(identity, registration.access)) {
    const reason = identity === null ? "authentication required" : "access denied";
    throw new CallError(InfrastructureErrorCode.ACCESS_DENIED, reason);
  }
  return toWireSpec(registration, name);
}

/** As the dispatcher would judge a call that names no resource. */
export function mayCall(identity: Identity | null, access: readonly AccessControl[]): boolean {
  const claim = { id: null, ownership: null };
  return access.every((control) => authorize(control, identity, claim).ok);
}
