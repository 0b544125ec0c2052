/**
 * The operations by which a hub finds the others: `/services/list` and `/services/schema`.
 *
 * @module
 */
import { Type } from "@sinclair/typebox";
import { authorize } from "../authorize.ts";
import { CallError, InfrastructureErrorCode } from "../error.ts";
import type { Grants } from "../grants.ts";
import type { Identity } from "../identity.ts";
import { parseOperationName, registryName } from "../names.ts";
import type { OperationRegistry } from "../registry.ts";
import type { Registration } from "../registration.ts";
import { OperationType } from "../types.ts";
import { exceedsUtf8 } from "../wire/json.ts";
import { toWireSpec } from "../wire/spec.ts";

/** Names in it are the protocol's own. */
export const DISCOVERY_NAMESPACE = "services";

const OPEN: Grants = { visibility: "external", public: true };
/** What fits into a frame of any hub, with room for the rest of the answer. */
const MAX_LIST_BYTES = 900 * 1024;

/** Registers them for what is in `registry`. They are not among what they tell. */
export function registerDiscovery(registry: OperationRegistry): void {
  const common = {
    namespace: DISCOVERY_NAMESPACE,
    version: "1.0.0",
    type: OperationType.QUERY,
    accessControl: { requiredScopes: [] },
    outputSchema: Type.Unknown(),
  };
  registry.register({
    ...{ ...common, name: "list", description: "The operations that the caller may call." },
    inputSchema: Type.Object({ schemas: Type.Optional(Type.Boolean()) }),
    handler: ({ schemas }: { schemas?: boolean }, { identity }) => ({
      operations: listFor(registry, { identity: identity ?? null, schemas: schemas === true }),
    }),
  }, OPEN);
  registry.register({
    ...{ ...common, name: "schema", description: "All about one operation, by its name." },
    inputSchema: Type.Object({ name: Type.String({ maxLength: 512 }) }),
    handler: ({ name }: { name: string }, { identity }) =>
      schemaFor(registry, name, identity ?? null),
  }, OPEN);
}

/** The operations of this program that somebody may call, by name. */
function* offeredTo(
  registry: OperationRegistry,
  identity: Identity | null,
): Generator<readonly [string, Registration]> {
  for (const spec of registry.getAllSpecs()) {
    const name = registryName(spec);
    const registration = name === undefined ? undefined : registry.resolve(name);
    if (name === undefined || registration === undefined) continue;
    if (spec.namespace === DISCOVERY_NAMESPACE || !mayCall(identity, registration)) continue;
    yield [name, registration];
  }
}

/** Whole specifications where they are wished for and fit into one answer; names otherwise. */
function listFor(
  registry: OperationRegistry,
  { identity, schemas }: { readonly identity: Identity | null; readonly schemas: boolean },
): unknown[] {
  const offered = [...offeredTo(registry, identity)];
  if (schemas) {
    const specs = offered.map(([name, registration]) => toWireSpec(registration, name));
    if (!exceedsUtf8(JSON.stringify(specs), MAX_LIST_BYTES)) return specs;
  }
  return offered.map(([name, { spec }]) => ({
    ...{ name, namespace: spec.namespace, op_type: spec.type },
  }));
}

function schemaFor(
  registry: OperationRegistry,
  wanted: string,
  identity: Identity | null,
): unknown {
  const name = parseOperationName(wanted);
  const registration = name === undefined ? undefined : registry.resolve(name);
  if (name === undefined || registration === undefined) {
    throw new CallError(InfrastructureErrorCode.OPERATION_NOT_FOUND, "Operation not found");
  }
  if (!mayCall(identity, registration)) {
    throw new CallError(InfrastructureErrorCode.ACCESS_DENIED, "access denied");
  }
  return toWireSpec(registration, name);
}

function mayCall(identity: Identity | null, { access }: Registration): boolean {
  const claim = { id: null, ownership: null };
  return access.every((control) => authorize(control, identity, claim).ok);
}
