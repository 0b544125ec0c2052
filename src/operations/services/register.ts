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
import { Type } from "@sinclair/typebox";
import type { FindExportRule } from "../../routing/export_rules.ts";
import { offeredBy } from "../../routing/peer_view.ts";
import type { SpokeEntry } from "../../routing/spoke_index.ts";

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
const ListInput = Type.Object({ schemas: Type.Optional(Type.Boolean()) });
const ListOutput = Type.Object({ operations: Type.Array(Listed) });
const SchemaInput = Type.Object({ name: Type.String({ maxLength: 512 }) });
const SchemaOutput = Type.Unsafe<WireSpec>(Type.Object({ name: Type.String() }));
const ListPeersOutput = Type.Object({
  peers: Type.Array(Type.Object({ peer_id: Type.String(), operations: Type.Array(Listed) })),
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
    handler: (input: { schemas?: boolean }, { identity }: OperationContext) => ({
      operations: listFor(ports, { identity: identity ?? null, schemas: input.schemas === true }),
    }),
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
    inputSchema: Type.Object({}),
    outputSchema: ListPeersOutput,
    handler: (_input: unknown, { identity }: OperationContext) => ({
      peers: [...peersFor(ports, identity ?? null)],
    }),
  }, OPEN);
}

/**
 * What this hub answers itself. With schemas its own operations alone: nodes read that which take five
 * hundred operations in a frame, and imports may have thousands.
 */
function listFor(
  ports: ServiceOperationPorts,
  { identity, schemas }: { readonly identity: Identity | null; readonly schemas: boolean },
) {
  if (!schemas) return servedFor(ports, identity);
  return ownFor(ports, identity).map(([name, registration]) => toWireSpec(registration, name));
}

function servedFor(ports: ServiceOperationPorts, identity: Identity | null) {
  const served = ownFor(ports, identity).map(([name, registration]) => listed(name, registration));
  for (const [name, registration] of ports.imported?.() ?? []) {
    if (mayCall(identity, registration.access)) served.push(listed(name, registration));
  }
  return served;
}

/** The hub's own operations that somebody may call, by name. */
function ownFor(
  { registry }: ServiceOperationPorts,
  identity: Identity | null,
): [string, Registration][] {
  return registry.getAllSpecs().flatMap((spec): [string, Registration][] => {
    const name = registryName(spec);
    const registration = name === undefined ? undefined : registry.resolve(name);
    if (name === undefined || registration?.grants.visibility !== "external") return [];
    return mayCall(identity, registration.access) ? [[name, registration]] : [];
  });
}

function* peersFor(ports: ServiceOperationPorts, identity: Identity | null) {
  const local = servedFor(ports, identity);
  if (local.length > 0) yield { peer_id: "local", operations: local };
  for (const entry of ports.spokes()) {
    const operations = [];
    for (const { name, rule, spec } of offeredBy(entry, ports.exports)) {
      if (!mayCall(identity, [rule.access, spec.accessControl])) continue;
      operations.push({ name, namespace: spec.namespace, op_type: spec.type });
    }
    if (operations.length > 0) yield { peer_id: entry.peerId, operations };
  }
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

function listed(name: string, { spec }: Registration) {
  return { name, namespace: spec.namespace, op_type: spec.type };
}

/** As the dispatcher would judge a call that names no resource. */
export function mayCall(identity: Identity | null, access: readonly AccessControl[]): boolean {
  const claim = { id: null, ownership: null };
  return access.every((control) => authorize(control, identity, claim).ok);
}
