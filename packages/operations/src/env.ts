/**
 * Composition in the library's older way: operations of a registry as plain functions.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { operationId } from "./registration.ts";
import type { OperationRegistry } from "./registry.ts";
import { type OperationContext, type OperationEnv, OperationType } from "./types.ts";

/** What an env is built from. */
export interface EnvOptions {
  registry: OperationRegistry;
  context: OperationContext;
  /** Only these namespaces; all without it, none if it is empty. */
  allowedNamespaces?: string[];
}

const log = getLogger("operations:env");

/**
 * Builds functions that run the queries and mutations that `registry` holds now, with `context` and
 * without access checks: what composes here is this program's own code.
 *
 * Code that serves others composes through `context.invoke` instead, under an authority of its own.
 */
export function buildEnv({ registry, context, allowedNamespaces }: EnvOptions): OperationEnv {
  // Without a prototype, names such as `__proto__` are names like any other.
  const env: OperationEnv = Object.create(null);
  const inner: OperationContext = { ...context, trusted: true };
  for (const spec of registry.getAllSpecs()) {
    if (spec.type === OperationType.SUBSCRIPTION) continue;
    if (allowedNamespaces?.includes(spec.namespace) === false) continue;
    const id = operationId(spec);
    const functions = env[spec.namespace] ??= Object.create(null);
    functions[spec.name] = (input) => {
      log.debug("nested call", { operation: id, parent: context.requestId });
      return registry.execute(id, input, inner);
    };
  }
  return env;
}
