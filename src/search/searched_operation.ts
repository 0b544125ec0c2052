import type { AccessControl, OperationSpec } from "@alkdev/operations";

/** An operation, what it is found by, and what its callers need: all of it. */
export interface SearchedOperation {
  /** As who offers it has it. */
  readonly name: string;
  readonly spec: Pick<OperationSpec, "namespace" | "type" | "description">;
  readonly access: readonly AccessControl[];
  readonly tags?: readonly string[] | undefined;
  /** JSON Schemas, of which the names of fields are looked at. */
  readonly schemas: readonly unknown[];
}
