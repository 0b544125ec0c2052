import type { OperationContext, OperationRegistry, OperationType } from "@alkdev/operations";
import type { Static, TSchema } from "@sinclair/typebox";
import { declared, type IdentityErrorCode } from "../../auth/errors.ts";
import type { HubScope } from "../../auth/scopes.ts";

/** What tells one operation from the others. */
export interface DescribedOperation<I extends TSchema, O extends TSchema> {
  /** Below `hub/`, such as `keys/create`. */
  readonly name: string;
  readonly type: OperationType;
  readonly description: string;
  readonly scope: HubScope;
  readonly input: I;
  readonly output: O;
  readonly errors?: readonly IdentityErrorCode[];
  readonly handler: (input: Static<I>, context: OperationContext) => Promise<Static<O>>;
}

/** Registers an operation that callers from outside reach, if they hold its scope. */
export function registerOperation<I extends TSchema, O extends TSchema>(
  registry: OperationRegistry,
  { scope, input, output, errors = [], handler, ...described }: DescribedOperation<I, O>,
): void {
  registry.register({
    ...described,
    namespace: "hub",
    version: "1.0.0",
    tags: ["identity"],
    inputSchema: input,
    outputSchema: output,
    errorSchemas: declared(...errors),
    accessControl: { requiredScopes: [scope] },
    handler,
  }, { visibility: "external" });
}
