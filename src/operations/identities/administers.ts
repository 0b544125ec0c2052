import { type OperationRegistry, parseOperationName } from "@alkdev/operations";

const SCOPES: readonly string[] = ["admin", "keys:admin", "credentials:write"];

/** Whether an operation administers the hub, by the scopes that it asks for. */
export function administers(registry: OperationRegistry, operation: string): boolean {
  const name = parseOperationName(operation);
  const registration = name === undefined ? undefined : registry.resolve(name);
  return registration?.access.some(({ requiredScopes }) =>
    requiredScopes.some((scope) => SCOPES.includes(scope))
  ) ?? false;
}
