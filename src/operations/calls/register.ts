/**
 * The operations on calls: `/hub/calls/tail` and the others.
 *
 * @module
 */
import {
  type OperationContext,
  type OperationRegistry,
  type OperationSpec,
  OperationType,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { declared } from "../../auth/errors.ts";
import type { CallOperationPorts } from "./ports.ts";
import { callTree, getCall, listCalls } from "./read.ts";
import * as schemas from "./schemas.ts";
import { tail } from "./tail.ts";

const EXTERNAL = { visibility: "external" } as const;
const NOT_FOUND = {
  code: "CALL_NOT_FOUND",
  description: "There is no such call, as far as the caller may see.",
  schema: Type.Unknown(),
  httpStatus: 404,
};

type Described = Pick<
  OperationSpec,
  "name" | "description" | "inputSchema" | "outputSchema" | "type"
>;

/** Registers them. */
export function registerCallOperations(
  registry: OperationRegistry,
  ports: CallOperationPorts,
): void {
  const spec = (described: Described): OperationSpec => ({
    ...described,
    namespace: "hub",
    version: "1.0.0",
    tags: ["calls"],
    accessControl: { requiredScopes: ["calls:read"] },
    errorSchemas: [NOT_FOUND, ...declared()],
  });
  const type = OperationType.QUERY;
  registry.register({
    ...spec({
      name: "calls/tail",
      type: OperationType.SUBSCRIPTION,
      description: "Calls on all nodes as they begin and end, or from a position on.",
      inputSchema: schemas.TailInput,
      outputSchema: schemas.TailOutput,
    }),
    handler: async function* (input: schemas.TailInput, context: OperationContext) {
      yield* tail(ports, input, context);
    },
  }, EXTERNAL);
  registry.register({
    ...spec({
      ...{ name: "calls/list", type },
      description: "The calls that there were, newest first.",
      inputSchema: schemas.ListInput,
      outputSchema: schemas.ListOutput,
    }),
    handler: (input: schemas.ListInput, who: OperationContext) => listCalls(ports, input, who),
  }, EXTERNAL);
  registry.register({
    ...spec({
      ...{ name: "calls/get", type },
      description: "One call, by its id or that of its request.",
      inputSchema: schemas.IdInput,
      outputSchema: schemas.CallView,
    }),
    handler: (input: schemas.IdInput, who: OperationContext) => getCall(ports, input, who),
  }, EXTERNAL);
  registry.register({
    ...spec({
      ...{ name: "calls/tree", type },
      description: "A call and all that belong to the same trace: who asked whom.",
      inputSchema: schemas.IdInput,
      outputSchema: schemas.TreeOutput,
    }),
    handler: (input: schemas.IdInput, who: OperationContext) => callTree(ports, input, who),
  }, EXTERNAL);
}
