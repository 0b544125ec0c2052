/**
 * The way from a name to an imported operation.
 *
 * @module
 */
import {
  type AccessControl,
  CallError,
  createRegistration,
  InfrastructureErrorCode,
  OperationType,
  type OperationView,
  type Registration,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { matcherOf } from "../routing/export_rules.ts";
import type { ImportSettings } from "./import_settings.ts";
import type { Offers } from "./offers.ts";

/** What the view looks at. */
export interface ImportViewPorts {
  readonly settings: readonly ImportSettings[];
  readonly offers: Pick<Offers, "find">;
  /** Whether an import has given nothing so far. */
  readonly isLoading: (namespace: string) => boolean;
}

/** Makes what puts imports over another view. */
export function createImportView(
  { settings, offers, isLoading }: ImportViewPorts,
): (view: OperationView) => OperationView {
  const absent = new Map(settings.map((each) => [each.namespace, absentOperations(each)]));

  /** `null` for a name that is not within any import. */
  function find(full: string): Registration | undefined | null {
    const slash = full.indexOf("/");
    const namespace = full.slice(0, slash);
    const notYet = absent.get(namespace);
    if (notYet === undefined) return null;
    const name = full.slice(slash + 1);
    const found = offers.find(namespace, name);
    return found ?? (isLoading(namespace) ? notYet(name) : undefined);
  }

  return (view) => ({
    external(name) {
      const found = find(name);
      return found === null ? view.external(name) : found;
    },
    resolve(name, peer) {
      const found = peer.kind === "any" ? find(name) : null;
      return found === null ? view.resolve(name, peer) : found;
    },
  });
}

/** What stands for each operation of an import: one for all that ask for the same. */
function absentOperations(
  { namespace, rules }: ImportSettings,
): (name: string) => Registration | undefined {
  const absent = rules.map(({ operations, access }) => ({
    matches: matcherOf(operations),
    operation: absentOperation(namespace, access),
  }));
  return (name) => absent.find(({ matches }) => matches(name))?.operation;
}

/**
 * Stands for operations of an import that is not there yet, so that a node which has just started
 * does not say of them that they do not exist. It tells nobody more than that who may not call them.
 */
function absentOperation(namespace: string, access: AccessControl): Registration {
  return createRegistration(
    {
      ...{ namespace, name: "loading", version: "1.0.0", type: OperationType.QUERY },
      description: "Operations that are not imported yet.",
      ...{ inputSchema: Type.Unknown(), outputSchema: Type.Unknown(), accessControl: access },
    },
    () => {
      throw new CallError(
        InfrastructureErrorCode.EXECUTION_ERROR,
        `Cannot call ${namespace}: it is not imported yet`,
        { reason: "upstream_unavailable" },
        { retryable: true },
      );
    },
    { grants: { visibility: "external" }, access: [access] },
  );
}
