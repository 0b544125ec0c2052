import type { OperationRegistry } from "@alkdev/operations";

/** The types of resources that the operations of a registry ask for: those that are made here. */
export function resourceTypesOf(registry: OperationRegistry): ReadonlySet<string> {
  return new Set(
    registry.getAllSpecs().flatMap(({ accessControl }) => accessControl.resourceType ?? []),
  );
}
